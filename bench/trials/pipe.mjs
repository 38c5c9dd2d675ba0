// How long a child takes that writes 1 GiB into a pipe: through us, recorded, and through `tee FILE`.
import { join } from 'node:path';
import { corpusFile } from '../harness/corpus.mjs';
import { interleave } from '../harness/interleave.mjs';
import { programNamed, workFolder } from '../harness/processes.mjs';
import { isSmoke, missing, rounds, tell } from '../harness/trial.mjs';
import { untilChildEnded } from '../harness/until-child-ended.mjs';

const fileBytes = isSmoke ? 1 << 20 : 64 << 20;
const times = 16;
const what = `a child that writes ${(fileBytes * times) / (1 << 20)} MiB into a pipe, recorded`;

if (programNamed('tee') === undefined) tell({ what, skipped: missing('tee') });
else {
  const folder = workFolder('pipe', fileBytes * (times + 1));
  const corpus = corpusFile(folder, { bytes: fileBytes, matchShare: 0.01 });
  const cat = ['cat', ...Array(times).fill(corpus)];
  const { child, untilEnd, wrapped } = untilChildEnded(folder, cat, fileBytes * times);
  const tee = ['sh', '-c', 'copy=$1; shift; "$@" | tee "$copy" > /dev/null', 'sh', join(folder, 'copy')];
  const { ours, theirs } = await interleave(
    { ours: () => wrapped(), theirs: () => untilEnd([...tee, ...child]) },
    rounds,
  );
  const baseline = { name: 'tee FILE', samples: theirs };
  tell({ what, unit: 'ms', samples: ours, baseline, target: { ratioAtMost: 0.8 } });
}
