import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { startOfRecording } from '../../src/domain/batch.ts';
import type { Event } from '../../src/domain/event.ts';
import type { JsonValue } from '../../src/domain/json.ts';
import { openConsistency } from '../../src/store/consistency.ts';
import { schemaVersion } from '../../src/store/migrate.ts';
import { openPruner } from '../../src/store/open-pruner.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openReplacer } from '../../src/store/open-replacer.ts';
import { openStore } from '../../src/store/open-store.ts';
import { rowsPerTransaction } from '../../src/store/session-deletion.ts';
import {
  addEvents,
  end,
  sampleBatch,
  sampleEvent,
  sampleId,
  sampleSession,
  temporaryPaths,
  valueOf,
} from './fixtures/samples.ts';

const one = sampleSession();
const other = sampleSession({ id: sampleId('01B') });
let paths: ReturnType<typeof temporaryPaths>;

beforeEach(() => {
  paths = temporaryPaths();
});

/** The same numbers in each run. */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function randomEvents(below: (limit: number) => number, count: number): Event[] {
  const oneOf = (...values: JsonValue[]) => values[below(values.length)] ?? null;
  return Array.from({ length: count }, () => {
    const type = (['metric', 'tool_use', 'file_operation', 'error'] as const)[below(4)] ?? 'error';
    const metadata = {
      'gen_ai.usage.input_tokens': oneOf(1, 20, 'many', null, 4.5),
      'gen_ai.usage.output_tokens': oneOf(below(1000), true),
      'gen_ai.usage.cache_read.input_tokens': null,
      tokens: oneOf(-3, 7, [1], { one: 1 }),
      cost_usd: below(100) / 1000,
      path: oneOf('a.ts', 'b "it".ts', 'ü\n.ts', 7, null, `file-${below(50)}.ts`),
      'gen_ai.tool.name': oneOf('edit', 'patch', null),
      'gen_ai.tool.call.id': oneOf(`call-${below(30)}`, below(5), null),
    };
    return sampleEvent({ type, pattern: type, ...(below(5) > 0 && { metadata }) });
  });
}

/** Straight from the events. */
function expected(events: readonly Event[]) {
  const sum = (field: string) => {
    const told = events.flatMap(({ type, metadata }) => {
      const value = metadata?.[field];
      return type === 'metric' && typeof value === 'number' ? [value] : [];
    });
    return told.length === 0
      ? null
      : (expect.closeTo(
          told.reduce((total, value) => total + value, 0),
          6,
        ) as number);
  };
  const operations = events.filter(({ type }) => type === 'file_operation').map(({ metadata = {} }) => metadata);
  const calls = operations.filter((metadata) => (metadata['gen_ai.tool.name'] ?? null) !== null);
  const ids = calls.map((metadata, nth) => metadata['gen_ai.tool.call.id'] ?? `the ${nth}th`);
  return {
    totals: {
      input_tokens: sum('gen_ai.usage.input_tokens'),
      output_tokens: sum('gen_ai.usage.output_tokens'),
      cached_tokens: sum('gen_ai.usage.cache_read.input_tokens'),
      reasoning_tokens: null,
      tokens: sum('tokens'),
      cost_usd: sum('cost_usd'),
      turns: null,
      tool_calls: events.filter(({ type }) => type === 'tool_use').length + new Set(ids).size,
    },
    filesTouched: [...new Set(operations.map(({ path }) => path).filter((path) => typeof path === 'string'))],
  };
}

function told(id: string) {
  const reader = valueOf(openReader(paths.database));
  const { totals, filesTouched } = valueOf(reader.summary(id));
  reader.close();
  return { totals, filesTouched };
}

function disagreeing(): string[] {
  const consistency = valueOf(openConsistency(paths.database));
  const found = valueOf(consistency.missummed());
  consistency.close();
  return found;
}

/** Batches of several sizes, of two sessions in turn. */
function fill(seed: number) {
  const below = random(seed);
  const events: Record<string, Event[]> = { [one.id]: [], [other.id]: [] };
  const store = valueOf(openStore(paths));
  for (let nth = 0; nth < 12; nth += 1) {
    const session = nth % 2 === 0 ? one : other;
    const batch = randomEvents(below, below(60));
    addEvents(store, session, batch);
    events[session.id]?.push(...batch);
  }
  end(store, one, { kind: 'exited', code: 0 });
  store.close();
  return { ofOne: events[one.id] ?? [], ofOther: events[other.id] ?? [] };
}

describe('what is told of a session', () => {
  it.each([1, 2, 3, 4])('is what its events tell, whatever their batches (%i)', (seed) => {
    const { ofOne, ofOther } = fill(seed);
    expect(told(one.id)).toEqual(expected(ofOne));
    expect(told(other.id)).toEqual(expected(ofOther));
    const reader = valueOf(openReader(paths.database));
    const { totals } = valueOf(reader.agentReport(one.agent)) ?? {};
    reader.close();
    const calls = [ofOne, ofOther].map((events) => expected(events).totals.tool_calls);
    expect(totals).toEqual({ ...expected([...ofOne, ...ofOther]).totals, tool_calls: calls.reduce((a, b) => a + b) });
    expect(disagreeing()).toEqual([]);
  });

  it('is what the new events tell when they were replaced', () => {
    const { ofOther } = fill(5);
    const events = randomEvents(random(6), 70);
    const replacer = valueOf(openReplacer(paths));
    valueOf(replacer.begin(one.id));
    valueOf(replacer.commit(one.id, sampleBatch(startOfRecording, events)));
    expect(valueOf(replacer.replace(one))).toBe('replaced');
    replacer.close();
    expect(told(one.id)).toEqual(expected(events));
    expect(told(other.id)).toEqual(expected(ofOther));
    expect(disagreeing()).toEqual([]);
  });

  it('is the same of a database in which nothing was summed up yet, and after a recount', () => {
    fill(7);
    const before = [told(one.id), told(other.id)];
    const close = before.map(({ totals, filesTouched }) => ({
      totals: { ...totals, cost_usd: expect.closeTo(totals.cost_usd ?? 0, 6) as number },
      filesTouched,
    }));
    const old = new Database(paths.database);
    old.exec('DROP TABLE session_sums; DROP TABLE touched_files; DROP TABLE file_calls');
    old.pragma(`user_version = ${schemaVersion - 1}`);
    old.close();
    expect([told(one.id), told(other.id)]).toEqual(close);
    const consistency = valueOf(openConsistency(paths.database));
    valueOf(consistency.recount());
    consistency.close();
    expect([told(one.id), told(other.id)]).toEqual(close);
    expect(disagreeing()).toEqual([]);
  });

  it('stays as it was while the session is being deleted, and goes with it', () => {
    const store = valueOf(openStore(paths));
    const events = Array.from({ length: 2 * rowsPerTransaction }, (_, nth) =>
      sampleEvent({
        type: 'file_operation',
        metadata: { path: `${nth}.ts`, 'gen_ai.tool.name': 'edit', 'gen_ai.tool.call.id': `${nth}` },
      }),
    );
    addEvents(store, one, events);
    end(store, one, { kind: 'exited', code: 0 });
    store.close();
    const pruner = valueOf(openPruner(paths.database));
    const deletion = pruner.deletionOf(one.id);
    expect([valueOf(deletion.step()), valueOf(deletion.step())]).toEqual(['read', 'deleted']);
    expect(told(one.id)).toEqual(expected(events));
    expect(disagreeing()).toEqual([]);
    while (valueOf(deletion.step()) !== 'done');
    pruner.close();
    const database = new Database(paths.database, { readonly: true });
    const left = (table: string) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect(['sessions', 'session_sums', 'touched_files', 'file_calls'].map(left)).toEqual([0, 0, 0, 0]);
    database.close();
  });
});

describe('a check of what is told of sessions', () => {
  it.each([
    ['a sum', 'UPDATE session_sums SET tokens = tokens + 1 WHERE session_key = 1'],
    ['the number of calls', 'UPDATE session_sums SET tool_calls = 0 WHERE session_key = 1'],
    ['a sum that nobody told', 'UPDATE session_sums SET turns = 1 WHERE session_key = 1'],
    ['all sums', 'DELETE FROM session_sums WHERE session_key = 1'],
    ['a file', "DELETE FROM touched_files WHERE session_key = 1 AND path = 'a.ts'"],
  ])('finds %s that is wrong', (_what, harm) => {
    fill(8);
    const database = new Database(paths.database);
    database.exec(harm);
    database.close();
    expect(disagreeing()).toEqual([one.id]);
  });
});
