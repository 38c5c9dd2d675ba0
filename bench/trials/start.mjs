// How long a whole run takes that has nothing to do, its session stored; against Node's own start.
import { rmSync } from 'node:fs';
import { interleave } from '../harness/interleave.mjs';
import { freshEnvironment, ridealong, timed, workFolder } from '../harness/processes.mjs';
import { isSmoke, rounds, tell } from '../harness/trial.mjs';

const folder = workFolder('start');

/** With a database that is there already, as for all but the first run. */
const env = freshEnvironment(folder);
const wrapped = (...command) => timed([process.execPath, ridealong, '--', ...command], { env });
await wrapped('true');

const { quiet, printing, reading, bare } = await interleave(
  {
    quiet: () => wrapped('true'),
    printing: () => wrapped('echo', 'hi'),
    reading: () => timed([process.execPath, ridealong, 'sessions'], { env }),
    bare: () => timed([process.execPath, '-e', '0']),
  },
  isSmoke ? rounds : 2 * rounds + 1,
);
rmSync(env.HOME, { recursive: true });
const baseline = { name: 'node -e 0', samples: bare };
tell({ what: '`ridealong -- true`', unit: 'ms', samples: quiet, baseline, target: { ratioAtMost: 1.5 } });
tell({ what: '`ridealong -- echo hi`', unit: 'ms', samples: printing, baseline });
tell({ what: '`ridealong sessions`', unit: 'ms', samples: reading, baseline });
