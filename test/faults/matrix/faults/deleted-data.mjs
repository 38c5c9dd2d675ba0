import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** What was deleted is gone; what the child writes from then on is not to be. */
export default {
  name: 'deleted-data',
  what: 'the data folder deleted under a running wrapper',
  share: 0.02,
  measuresDelay: true,
  mayGap: true,
  async inject(round) {
    const session = round.wrap();
    await round.acknowledged(10);
    await pause(round.random(300));
    // The wrapper may make a file in a folder while that is emptied.
    rmSync(round.home.data, { recursive: true, maxRetries: 10, retryDelay: 1 });
    await round.ask('forget');
    await round.begins();
    await pause(1000);
    const ms = await round.repaired();
    await round.end();
    return `back-filled after ${Math.round(ms)} ms`;
  },
};
