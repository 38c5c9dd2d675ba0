import { appendFileSync, existsSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readLedger } from '../ledger.mjs';

const files = ['stdout.log', 'stderr.log', 'timing'];
const deeds = [
  {
    name: 'truncated-recording',
    what: 'a recording truncated',
    damage: (round, file) => truncateSync(file, round.random(1 + statSync(file).size)),
  },
  {
    name: 'garbage-in-recording',
    what: 'a recording with garbage at its end',
    damage: (round, file) => appendFileSync(file, Buffer.from(Array.from({ length: 300 }, () => round.random(256)))),
  },
];

/** As a crash of the machine may leave it, for the next start to read. */
export default deeds.map(({ name, what, damage }) => ({
  name,
  what,
  share: 0.05,
  atOnce: 2,
  async inject(round) {
    const session = round.wrap({ isWhole: false, isDamaged: true });
    await round.acknowledged(1);
    await pause(round.random(300));
    session.kill('SIGKILL');
    await session.ended;
    const file = files[round.random(files.length)];
    const path = join(round.home.recordings, readLedger(session.folder).session, file);
    if (existsSync(path)) damage(round, path);
    return `${file} was damaged`;
  },
}));
