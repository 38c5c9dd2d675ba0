import { setTimeout as pause } from 'node:timers/promises';
import { mountMemory, noMount } from '../file-systems.mjs';

/** Database and recordings are on it. */
export default {
  name: 'full-disk',
  what: 'a full 600 KB tmpfs, later enlarged',
  share: 0.01,
  measuresDelay: true,
  mayGap: true,
  whyNot: noMount,
  async inject(round) {
    const disk = mountMemory(round, round.home.data, 600);
    const session = round.wrap({ lines: 40 });
    // It is full then, and has been for a while.
    await session.until(2_000_000);
    await round.begins();
    await pause(round.isLong ? 20_000 : 2000);
    disk.remount('size=100m');
    const ms = await round.repaired();
    await round.end();
    return `back-filled after ${Math.round(ms)} ms`;
  },
};
