import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/domain/failure.ts';
import { afterFailure, forcedByUser, untroubled } from '../../src/guard/guard-state.ts';
import { openModeFile } from '../../src/guard/mode-file.ts';
import { createStorageGuard, type ModeChange } from '../../src/guard/storage-guard.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const full: Failure = { reason: 'database-unreadable', message: 'no space left', fault: 'full' };

function guardIn(folder: string | undefined) {
  const changes: ModeChange[] = [];
  const time = { nowMs: 1_000_000 };
  const clock = { nowMs: () => time.nowMs, random: () => 0.5 };
  const guard = createStorageGuard({
    base: 'full',
    forcedMs: 30_000,
    file: folder === undefined ? undefined : openModeFile(folder),
    clock,
    onChange: (change) => changes.push(change),
  });
  return { guard, changes, pass: (ms: number) => (time.nowMs += ms) };
}

describe('the guards of two processes', () => {
  it('degrade and come back together', () => {
    const folder = temporaryFolder();
    const [one, other] = [guardIn(folder), guardIn(folder)];
    one.guard.failed(full);
    expect(one.guard.mode()).toBe('record');
    other.pass(200);
    expect(other.guard.mode()).toBe('record');
    expect(other.changes).toMatchObject([{ from: 'full', to: 'record', forced: { reason: 'no space left' } }]);
    openModeFile(folder).write(untroubled);
    for (const { guard, pass } of [one, other]) {
      pass(200);
      guard.probed(undefined);
      expect(guard.mode()).toBe('full');
    }
  });

  it('count what passes in one file, and stop counting when it works', () => {
    const folder = temporaryFolder();
    const { guard } = guardIn(folder);
    guard.failed({ reason: 'database-busy', message: 'locked' });
    expect(openModeFile(folder).read().failures).toBe(1);
    guard.worked();
    expect(openModeFile(folder).read()).toEqual(untroubled);
  });
});

describe('a guard that can tell nobody', () => {
  it('knows for itself', () => {
    const { guard, pass, changes } = guardIn(undefined);
    guard.failed(full);
    expect(guard.mode()).toBe('record');
    pass(30_000);
    expect(guard.isProbeDue).toBe(true);
    guard.probed(full);
    expect([guard.mode(), guard.isProbeDue]).toEqual(['record', false]);
    guard.probed(undefined);
    expect(guard.mode()).toBe('full');
    expect(changes.map(({ to }) => to)).toEqual(['record', 'full']);
  });

  it('goes on knowing when the folder goes away', () => {
    const folder = join(temporaryFolder(), 'run');
    mkdirSync(folder);
    const { guard, pass } = guardIn(folder);
    rmSync(folder, { recursive: true });
    guard.failed(full);
    pass(1000);
    expect(guard.mode()).toBe('record');
  });
});

describe('the file of the mode', () => {
  const forced = forcedByUser(untroubled, { mode: 'record', reason: 'r', ttlMs: 5 }, { nowMs: () => 7 });

  it.each([
    untroubled,
    forced,
    afterFailure(untroubled, { ...full, fault: 'damaged' }, 1, { nowMs: () => 5, random: () => 0 }),
  ])('gives back what was written: %j', (state) => {
    const folder = temporaryFolder();
    const file = openModeFile(folder);
    expect(file.write(state)).toBe(true);
    expect(file.read()).toEqual(state);
    expect(readdirSync(folder)).toEqual(['mode.json']);
    expect(statSync(join(folder, 'mode.json')).mode & 0o777).toBe(0o600);
  });

  it.each([
    '',
    'null',
    '[]',
    '{"failures":-1,"degraded":0,"restored":0}',
    '{"failures":0,"degraded":0,"restored":0,"forced":{"mode":"off","by":"user","reason":"","sinceMs":1,"untilMs":2}}',
    '{"failures":0,"degraded":0,"restored":0,"forced":{"mode":"full","by":"me","reason":"","sinceMs":1,"untilMs":2}}',
    '{"failures":0,"degraded":0,"restored":0,"forced":{"mode":"full","by":"user","reason":"","sinceMs":1,"untilMs":1e99}}',
    `{"failures":0,"degraded":0,"restored":0,"more":"${'x'.repeat(20_000)}"}`,
  ])('is left aside when it is none: %j', (text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'mode.json'), text);
    expect(openModeFile(folder).read()).toEqual(untroubled);
  });
});
