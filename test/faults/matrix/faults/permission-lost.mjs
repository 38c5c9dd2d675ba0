import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ridealong } from '../../../../bench/harness/processes.mjs';
import { needs } from '../needs.mjs';

const nobody = 65534;
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
const run = (name, ...words) => execFileSync(name, words, { stdio: ['ignore', 'ignore', 'pipe'] });

/** The program itself may be where only root can read it. */
function isHidden() {
  try {
    run(...asNobody, 'test', '-r', ridealong);
    return undefined;
  } catch {
    return `another user cannot read ${ridealong}`;
  }
}

async function loseAndRegain(round, { lose, regain }) {
  lose();
  const lostMs = Date.now();
  await round.begins();
  await round.degraded(lostMs);
  await pause(round.isLong ? 20_000 : 1500);
  regain();
  const ms = await round.repaired();
  await round.end();
  return `back-filled after ${Math.round(ms)} ms`;
}

export default [
  {
    name: 'no-permission',
    what: 'no permission to the data folder, as another user',
    share: 0.01,
    measuresDelay: true,
    mayGap: true,
    whyNot: () => needs.root() ?? needs.program('setpriv', 'util-linux') ?? isHidden(),
    async inject(round) {
      const { home, folder } = round;
      run('chown', '-R', `${nobody}:${nobody}`, folder);
      chmodSync(home.data, 0o500);
      round.wrap({ launcher: asNobody, owner: nobody, unfaulted: { launcher: [], owner: undefined } });
      return loseAndRegain(round, { lose: () => undefined, regain: () => chmodSync(home.data, 0o700) });
    },
  },
  {
    name: 'immutable',
    what: 'permission lost in the middle (chattr +i)',
    share: 0.01,
    measuresDelay: true,
    whyNot: () => needs.root() ?? needs.program('chattr', 'e2fsprogs'),
    async inject(round) {
      const { database } = round.home;
      const change = (flag) => run('chattr', flag, `${database}-wal`);
      round.onEnd(() => change('-i'));
      const session = round.wrap();
      await round.acknowledged(1);
      return loseAndRegain(round, { lose: () => change('+i'), regain: () => change('-i') });
    },
  },
];
