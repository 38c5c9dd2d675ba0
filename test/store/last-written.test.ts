import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { lastWritten } from '../../src/store/last-written.ts';
import { openStore } from '../../src/store/open-store.ts';
import { addEvents, sampleEvent, sampleSession, temporaryPaths, valueOf } from './fixtures/samples.ts';

it('tells a lock that goes round from one that is kept', () => {
  const paths = temporaryPaths();
  const before = lastWritten(paths.database);
  const store = valueOf(openStore(paths));
  addEvents(store, sampleSession(), [sampleEvent()]);
  const created = lastWritten(paths.database);
  expect(created).not.toBe(before);
  const other = new KeptDatabase(paths.database);
  other.exec('BEGIN IMMEDIATE');
  expect(lastWritten(paths.database)).toBe(created);
  other.exec('ROLLBACK');
  other.close();
  valueOf(store.tryOut());
  expect(lastWritten(paths.database)).not.toBe(created);
  store.close();
});

it('tells nothing where the folder is none', () => {
  const paths = temporaryPaths();
  mkdirSync(dirname(dirname(paths.database)), { recursive: true });
  writeFileSync(dirname(paths.database), '');
  expect(lastWritten(join(paths.database, 'more'))).toBeUndefined();
});
