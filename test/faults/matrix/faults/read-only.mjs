import { setTimeout as pause } from 'node:timers/promises';
import { mountMemory, noMount } from '../file-systems.mjs';

/** Nothing can be opened for writing when the wrapper starts; a mount with open files cannot become read-only. */
export default {
  name: 'read-only',
  what: 'a read-only remount',
  share: 0.01,
  measuresDelay: true,
  mayGap: true,
  whyNot: noMount,
  async inject(round) {
    const disk = mountMemory(round, round.home.data, 100_000);
    await round.wrap({ last: 20 }).ended;
    await round.ask('rest');
    disk.remount('ro');
    await round.ask('follow', round.home);
    const session = round.wrap();
    await round.begins();
    await pause(round.isLong ? 20_000 : 1000);
    disk.remount('rw');
    const ms = await round.repaired();
    await round.end();
    return `back-filled after ${Math.round(ms)} ms`;
  },
};
