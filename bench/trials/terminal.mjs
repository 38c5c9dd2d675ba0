// How long a child takes that prints 200 MB on a terminal: on ours, recorded, and on that of `script -q`.
import { join } from 'node:path';
import { corpusFile } from '../harness/corpus.mjs';
import { interleave } from '../harness/interleave.mjs';
import { inShell, programNamed, workFolder } from '../harness/processes.mjs';
import { isSmoke, missing, rounds, tell } from '../harness/trial.mjs';
import { untilChildEnded } from '../harness/until-child-ended.mjs';

const bytes = isSmoke ? 1 << 20 : 200_000_000;
const what = `a child that prints ${Math.round(bytes / 1e6)} MB on a terminal, recorded`;

if (programNamed('script') === undefined) tell({ what, skipped: missing('script') });
else {
  const folder = workFolder('terminal', 3 * bytes);
  const corpus = corpusFile(folder, { bytes, matchShare: 0.01 });
  const { child, untilEnd, wrapped } = untilChildEnded(folder, ['cat', corpus], bytes);
  const { ours, theirs } = await interleave(
    {
      ours: () => wrapped('--pty'),
      theirs: () => untilEnd(['script', '-q', '-c', inShell(child), join(folder, 'typescript')]),
    },
    rounds,
  );
  const baseline = { name: 'script -q', samples: theirs };
  tell({ what, unit: 'ms', samples: ours, baseline, target: { ratioAtMost: 0.9 } });
}
