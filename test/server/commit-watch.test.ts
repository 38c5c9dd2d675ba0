import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { watchCommits } from '../../src/server/commit-watch.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Watches, and tells of the look that finds something. */
function watching(database: string) {
  let found = (): void => undefined;
  let isThere = false;
  let looks = 0;
  const watch = watchCommits(database, () => {
    looks += 1;
    if (isThere) found();
    return isThere;
  });
  onTestFinished(() => watch.stop());
  return {
    watch,
    looks: () => looks,
    commit(write: () => void = () => undefined) {
      write();
      isThere = true;
      return new Promise<void>((resolve) => (found = resolve));
    },
  };
}

it('a commit is found after its file was written to', async () => {
  const database = join(temporaryFolder(), 'a.db');
  await watching(database).commit(() => writeFileSync(`${database}-wal`, 'x'));
});

it('and though nobody saw it being written', async () => {
  await watching(join(temporaryFolder(), 'a.db')).commit();
});

it('also where nothing can be watched', async () => {
  await watching('/nowhere/at/all/a.db').commit();
});

it('nobody looks any more when it is stopped', async () => {
  const database = join(temporaryFolder(), 'a.db');
  const { watch, looks, commit } = watching(database);
  watch.stop();
  const other = watching(database);
  void commit(() => writeFileSync(`${database}-wal`, 'x'));
  await other.commit(() => writeFileSync(`${database}-wal`, 'y'));
  expect(looks()).toBe(0);
});
