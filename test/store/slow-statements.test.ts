import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { slowLogOf, slowStatementTeller, workFor } from '../../src/store/slow-statements.ts';
import { temporaryPaths } from './fixtures/samples.ts';

function place() {
  const { database } = temporaryPaths();
  mkdirSync(dirname(database), { recursive: true });
  const entries = () =>
    readFileSync(slowLogOf(database), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { database, entries };
}

describe('a slow statement', () => {
  it('is told of once, with its time and session, for the user alone', () => {
    const { database, entries } = place();
    workFor('01A');
    const tell = slowStatementTeller(database, 'SELECT\n  1', 5);
    for (const tookMs of [5, 5.26, 9]) tell(tookMs);
    expect(entries()).toEqual([
      { at: expect.stringMatching(/^\d{4}-/) as string, ms: 5.3, session: '01A', statement: 'SELECT 1' },
    ]);
    expect(statSync(slowLogOf(database)).mode & 0o777).toBe(0o600);
  });

  it('is not told of again by another process', () => {
    const { database, entries } = place();
    for (const sql of ['SELECT 1', 'SELECT 1', 'SELECT 2']) slowStatementTeller(database, sql, 5)(6);
    expect(entries().map(({ statement }) => statement)).toEqual(['SELECT 1', 'SELECT 2']);
  });

  it('does not let the log grow beyond a bound', () => {
    const { database } = place();
    writeFileSync(slowLogOf(database), 'x'.repeat(300_000));
    slowStatementTeller(database, 'SELECT 1', 5)(6);
    expect(statSync(slowLogOf(database)).size).toBe(300_000);
  });

  it('is noticed however it is run, and answers as ever', () => {
    const { database, entries } = place();
    // Nothing is as fast as that.
    const opened = new KeptDatabase(database, { slowAfterMs: -1 });
    opened.prepare('CREATE TABLE t (a)').run();
    expect(opened.prepare('INSERT INTO t VALUES (?)').run(7)).toMatchObject({ changes: 1 });
    expect(opened.prepare('SELECT a FROM t').all()).toEqual([{ a: 7 }]);
    expect(opened.prepare('SELECT a FROM t WHERE a = ?').pluck().get(7)).toBe(7);
    expect(() => opened.prepare('INSERT INTO t VALUES (zeroblob(-1), 2)').run()).toThrow();
    opened.close();
    expect(entries().map(({ statement }) => String(statement).slice(0, 15))).toEqual([
      'CREATE TABLE t ',
      'INSERT INTO t V',
      'SELECT a FROM t',
      'SELECT a FROM t',
    ]);
  });
});
