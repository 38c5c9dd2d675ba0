import { beforeAll, describe, expect, it } from 'vitest';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { buildProgram, startCommitting } from './fixtures/committing.ts';
import { temporaryPaths, valueOf } from './fixtures/samples.ts';

const processes = 10;
const batches = 50;
let program: string;

beforeAll(async () => {
  program = await buildProgram('committing-process');
});

describe('ten processes that create the database at the same instant', () => {
  it.each([1, 2, 3])('all commit all of their batches (round %i)', async () => {
    const paths = temporaryPaths();
    const { database } = paths;
    const names = Array.from({ length: processes }, (_, index) => `01P${index}`);
    const started = await Promise.all(names.map((name) => startCommitting(program, paths, name, batches)));
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
