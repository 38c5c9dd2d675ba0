import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { needs } from '../needs.mjs';

/** A running wrapper may open nothing more, and then again; the sooner it comes, the less was opened before. */
export default {
  name: 'few-descriptors',
  what: 'ulimit -n is reached',
  share: 0.02,
  measuresDelay: true,
  mayGap: true,
  whyNot: () => needs.linux() ?? needs.program('prlimit', 'util-linux'),
  async inject(round) {
    const session = round.wrap();
    await session.until(1);
    await pause(round.random(400));
    const limit = (to) => execFileSync('prlimit', ['--pid', String(session.pid), `--nofile=${to}:4096`]);
    limit(20);
    await round.begins();
    await pause(round.isLong ? 20_000 : 1500);
    limit(4096);
    const ms = await round.repaired();
    await round.end();
    return `back-filled after ${Math.round(ms)} ms`;
  },
};
