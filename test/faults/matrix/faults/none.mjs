import { setTimeout as pause } from 'node:timers/promises';

/** What the others are compared with: it shows what the machine does to two sessions side by side. */
export default {
  name: 'none',
  what: 'none',
  share: 0.02,
  measuresDelay: true,
  async inject(round) {
    const session = round.wrap();
    await round.begins();
    await pause(1500);
    await round.repaired();
    await round.end();
    return 'nothing';
  },
};
