import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { temporaryPaths, valueOf } from './fixtures/samples.ts';

const processes = 10;
const batches = 50;
const program = join(mkdtempSync(join(tmpdir(), 'ridealong-store-program-')), 'committing-process.cjs');

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'fixtures/committing-process.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['better-sqlite3'],
  });
});

async function start(...args: string[]): Promise<{ child: ChildProcess; outcome: Promise<string> }> {
  const child = fork(program, args, {
    env: { ...process.env, NODE_PATH: resolve('node_modules') },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const outcome = once(child, 'close').then(([code]) => `${said}exit ${String(code)}`);
  await once(child, 'message');
  return { child, outcome };
}

describe('ten processes that create the database at the same instant', () => {
  it.each([1, 2, 3])('all commit all of their batches (round %i)', async () => {
    const { database, recordings } = temporaryPaths();
    const names = Array.from({ length: processes }, (_, index) => `01P${index}`);
    const started = await Promise.all(names.map((name) => start(database, recordings, name, String(batches))));
    for (const { child } of started) child.send('go');
    const outcomes = await Promise.all(started.map(({ outcome }) => outcome));

    expect(outcomes).toEqual(names.map(() => 'exit 0'));
    const reader = valueOf(openReader(database));
    const sessions = valueOf(reader.sessions({ limit: 100 }));
    expect(sessions.map((session) => session.total_extraction_events)).toEqual(names.map(() => 2 * batches));
    expect(sessions.map((session) => session.checkpoint_stdout)).toEqual(names.map(() => 200 * batches));
    const events = valueOf(reader.events({ limit: 10_000 }));
    expect(events).toHaveLength(processes * batches * 2);
    expect(valueOf(reader.statisticsByAgent())[0]?.extraction_events).toBe(events.length);
    reader.close();
    const plain = new KeptDatabase(database, { readonly: true });
    expect(plain.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(plain.pragma('journal_mode', { simple: true })).toBe('wal');
    plain.close();
  });
});
