import type { StateChangeRow } from '../../domain/rows.ts';

/** What was done to a session, and by whom: `pause by phone (http)`; undefined for a row that tells no such thing. */
export function deedText({ metadata_json }: Pick<StateChangeRow, 'metadata_json'>): string | undefined {
  if (metadata_json === null) return undefined;
  const evidence = JSON.parse(metadata_json) as Readonly<Record<string, unknown>>;
  if (evidence['source'] !== 'control') return undefined;
  const { command, by, via, signal, bytes, option, mode, reason } = evidence;
  const what = [signal, option, mode, typeof bytes === 'number' && option === undefined ? `${bytes} bytes` : undefined];
  const told = what
    .filter((each) => each !== undefined)
    .map(String)
    .join(' ');
  const done = `${String(command)}${told === '' ? '' : ` ${told}`} by ${String(by)}`;
  return typeof reason === 'string' ? `${done}: ${reason}` : `${done} (${String(via)})`;
}
