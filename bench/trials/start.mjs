// How long a whole run takes that has nothing to do, its session stored, and how soon the child runs; against Node's own
// start, and against a recorder that stores bytes alone. And how soon a command answers that reads.
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { interleave } from '../harness/interleave.mjs';
import { freshEnvironment, programNamed, ridealong, timed, workFolder } from '../harness/processes.mjs';
import { isSmoke, missing, rounds, tell } from '../harness/trial.mjs';

const folder = workFolder('start');

/** With a database that is there already, as for all but the first run. */
const env = freshEnvironment(folder);
const wrapped = (...command) => timed([process.execPath, ridealong, '--', ...command], { env });
await wrapped('true');

/** `date` says when it runs, to the nanosecond. */
function untilChildRuns() {
  const startMs = performance.timeOrigin + performance.now();
  const said = execFileSync(process.execPath, [ridealong, '--', 'date', '+%s%N'], { env, encoding: 'utf8' });
  return Number(said) / 1e6 - startMs;
}
const tellsNanoseconds = /^\d{19}\n$/.test(spawnSync('date', ['+%s%N'], { encoding: 'utf8' }).stdout);

const recorder = programNamed('asciinema');
const recording = ['rec', '-q', '--overwrite', '-c', 'true', join(folder, 'recording.cast')];

const { quiet, untilMain, printing, reading, bare, recorded } = await interleave(
  {
    quiet: () => wrapped('true'),
    untilMain: () => (tellsNanoseconds ? untilChildRuns() : 0),
    printing: () => wrapped('echo', 'hi'),
    reading: () => timed([process.execPath, ridealong, 'sessions'], { env }),
    bare: () => timed([process.execPath, '-e', '0']),
    recorded: () => (recorder === undefined ? 0 : timed([recorder, ...recording], { env })),
  },
  isSmoke ? rounds : 2 * rounds + 1,
);
rmSync(env.HOME, { recursive: true });
const baseline = { name: 'node -e 0', samples: bare };
tell({ what: '`ridealong -- true`', unit: 'ms', samples: quiet, baseline, target: { ratioAtMost: 1.5 } });
if (tellsNanoseconds) {
  tell({ what: 'until the child’s `main()`', unit: 'ms', samples: untilMain, baseline, target: { ratioAtMost: 1.2 } });
}
tell({ what: '`ridealong -- echo hi`', unit: 'ms', samples: printing, baseline });
tell({ what: '`ridealong sessions`', unit: 'ms', samples: reading, baseline });
const besideRecorder = '`ridealong -- true`, beside a recorder';
if (recorder === undefined) tell({ what: besideRecorder, skipped: missing('asciinema') });
else tell({ what: besideRecorder, unit: 'ms', samples: quiet, baseline: { name: 'asciinema rec', samples: recorded } });
