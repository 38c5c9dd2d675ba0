import { renameSync, writeFileSync } from 'node:fs';
import type { Session } from '../domain/session.ts';
import type { RecordingFolder } from './folder.ts';

/** Writes `session.json`, whole or not at all. */
export function writeSessionFile(folder: RecordingFolder, content: Session): void {
  const temporary = `${folder.session}.new`;
  writeFileSync(temporary, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, folder.session);
}
