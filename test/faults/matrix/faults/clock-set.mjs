import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { needs } from '../needs.mjs';

const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

/** The wrapper's alone; the monotonic clock goes on, as it does when a clock is set. */
export default {
  name: 'clock-set',
  what: 'the clock set back and forth',
  share: 0.02,
  measuresDelay: true,
  whyNot: () => needs.linux() ?? needs.file(library, 'libfaketime'),
  async inject(round) {
    const offset = join(round.folder, 'offset');
    const set = (seconds) => writeFileSync(offset, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    set(0);
    const fakeClock = [
      ...['env', `LD_PRELOAD=${library}`, `FAKETIME_TIMESTAMP_FILE=${offset}`],
      ...['FAKETIME_NO_CACHE=1', 'FAKETIME_DONT_FAKE_MONOTONIC=1'],
    ];
    const session = round.wrap({
      launcher: fakeClock,
      agentLauncher: ['env', '-u', 'LD_PRELOAD'],
      unfaulted: { launcher: ['env'] },
    });
    await round.acknowledged(1);
    await round.begins();
    for (const seconds of [-7200, 7200, -7200 - round.random(86_400), round.random(86_400)]) {
      set(seconds);
      await pause(400);
    }
    await round.repaired();
    await round.end();
    const { stdout } = await round.ridealong('events', '--json', '--limit', '10000');
    const verdict = JSON.parse(stdout).find(({ pattern }) => pattern.startsWith('verdict_'));
    if (verdict !== undefined) round.break(`the clock alone made ${verdict.pattern}`);
    return 'set';
  },
};
