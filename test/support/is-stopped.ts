import { readFileSync } from 'node:fs';

/** Whether a process is stopped, as by Ctrl-Z; as `/proc` tells. */
export function isStopped({ pid }: { readonly pid?: number | undefined }): boolean {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.startsWith('T') ?? false;
}
