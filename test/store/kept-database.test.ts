import { setTimeout as after } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { KeptDatabase } from '../../src/store/kept-database.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('survives the garbage collector, statements and all, even when closed', async () => {
  const references = (function used() {
    const database = new KeptDatabase(':memory:');
    const query = new WeakRef(database.prepare('SELECT 1'));
    const version = database.pragma('user_version', { simple: true });
    const pragma = new WeakRef(database.prepare('PRAGMA user_version'));
    expect([database.transaction(() => query.deref()?.all())(), version]).toEqual([[{ 1: 1 }], 0]);
    return [new WeakRef(database.close()), query, pragma];
  })();
  const plain = new WeakRef({});
  for (let round = 0; round < 10 && plain.deref() !== undefined; round++) {
    await after(1);
    collectGarbage();
  }
  expect(plain.deref()).toBeUndefined();
  expect(references.map((reference) => reference.deref() === undefined)).toEqual([false, false, false]);
});

it('makes one statement of each text', () => {
  const database = new KeptDatabase(':memory:');
  expect(database.prepare('SELECT 1')).toBe(database.prepare('SELECT 1'));
  expect(() => database.prepare('SELEC')).toThrow('syntax error');
  database.close();
});

it('applies a setting each time, and answers a question by what holds then', () => {
  const database = new KeptDatabase(':memory:');
  const answers = [7, 8, 7].map((version) => {
    database.pragma(`user_version = ${version}`);
    database.pragma(`foreign_keys = ${version === 7 ? 'ON' : 'OFF'}`);
    return [database.pragma('user_version', { simple: true }), database.pragma('foreign_keys')];
  });
  expect(answers).toEqual([7, 8, 7].map((version) => [version, [{ foreign_keys: version === 7 ? 1 : 0 }]]));
  database.close();
});
