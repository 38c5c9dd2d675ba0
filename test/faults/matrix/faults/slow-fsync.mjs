import { join } from 'node:path';
import { noStrace, readTrace, straced } from '../strace.mjs';

/** Three of them in a row. */
export default {
  name: 'slow-fsync',
  what: 'fsync takes 2 s',
  share: 0.005,
  measuresDelay: true,
  whyNot: noStrace,
  async inject(round) {
    const log = join(round.folder, 'trace');
    const session = round.wrap({
      launcher: straced(log, 'fsync', 'delay_exit=2000000:when=12..14'),
      unfaulted: { launcher: straced(`${log}-unfaulted`, 'fsync') },
    });
    await round.begins();
    while (readTrace(log).injected < 3 && !session.hasEnded) await new Promise((resolve) => setTimeout(resolve, 50));
    await round.repaired();
    await round.end();
    return `${readTrace(log).injected} calls took 2 s longer`;
  },
};
