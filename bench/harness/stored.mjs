import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

/*
 * What `store-writer.mjs` writes.
 */

export const types = ['tool_use', 'error', 'file_operation', 'response', 'state_change', 'metric'];
export const agents = 4;
export const patterns = 60;
export const startedAt = '2026-01-01T00:00:00.000Z';
export const sessionId = (nth) => `01K1FZ5W8N7Q3V9XH2M4${String(nth).padStart(6, '0')}`;

export const storeBundle = (folder) =>
  bundle(
    folder,
    'store',
    `export { openStore } from './src/store/open-store.ts';
     export { openReader } from './src/store/open-reader.ts';
     export { default as Database } from 'better-sqlite3';`,
  );

export const freshDatabase = (folder) => join(mkdtempSync(join(folder, 'database-')), 'ridealong.db');

/** Where Ridealong looks for it in this environment; its folder is there then. */
export function databaseIn(environment) {
  const data = join(environment.XDG_DATA_HOME, 'ridealong');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  return join(data, 'ridealong.db');
}

/** @returns `ms`, the time it took, and `commitsMs`, that of each commit */
export function written(...words) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('store-writer.mjs', import.meta.url)), words.map(String));
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`a writer ended with ${code}`)));
  });
}
