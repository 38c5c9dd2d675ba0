import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';

/** The second: a quarter of what two wrappers at a time extract on two cores, so that what fell behind is caught up with. */
const loads = [
  { name: 'locked', what: 'another connection holds BEGIN IMMEDIATE', lines: 4, everyMs: 4, share: 0.01 },
  { name: 'locked-under-load', what: 'the same, with much output', lines: 1000, everyMs: 20, share: 0.005 },
];

export default loads.map(({ name, what, share, ...load }) => ({
  name,
  what,
  share,
  measuresDelay: true,
  async inject(round) {
    const session = round.wrap(load);
    await round.acknowledged(1);
    const database = new Database(round.home.database, { timeout: 30_000 });
    round.onEnd(() => database.close());
    database.exec('BEGIN IMMEDIATE');
    const lockedMs = Date.now();
    await round.begins();
    await round.degraded(lockedMs);
    await pause(round.isLong ? 20_000 : 2000);
    database.exec('ROLLBACK');
    const ms = await round.repaired();
    await round.end();
    return `back-filled after ${Math.round(ms)} ms`;
  },
}));
