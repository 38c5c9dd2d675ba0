// How much memory a wrapper has at most, all its threads together, while its child writes as fast as it can; and whether
// ten times as much takes more.
import { rmSync } from 'node:fs';
import { corpusFile } from '../harness/corpus.mjs';
import { peakMemory } from '../harness/peak-memory.mjs';
import { freshEnvironment, ridealong, usageOf, workFolder } from '../harness/processes.mjs';
import { isSmoke, tell } from '../harness/trial.mjs';

const fileBytes = isSmoke ? 1 << 20 : 64 << 20;
const [fewTimes, manyTimes] = [16, 160];
const size = (times) => `${(fileBytes * times) / (1 << 20)} MiB`;

if (usageOf(process.pid) === undefined) tell({ what: 'memory at full load', skipped: 'there is no /proc' });
else {
  const folder = workFolder('memory', fileBytes * (manyTimes + 1));
  const corpus = corpusFile(folder, { bytes: fileBytes, matchShare: 0.01 });
  // Once: it takes minutes, and memory does not scatter as time does.
  const samples = { few: [await megabytes(fewTimes)], many: [await megabytes(manyTimes)] };
  const [few, many] = [fewTimes, manyTimes].map((times) => `at most, while ${size(times)} come`);
  tell({ what: few, unit: 'MB', samples: samples.few, target: { atMost: 200 } });
  const baseline = { name: size(fewTimes), samples: samples.few };
  tell({ what: many, unit: 'MB', samples: samples.many, baseline, target: { ratioAtMost: 1 } });

  async function megabytes(times) {
    const env = freshEnvironment(folder);
    const command = [process.execPath, ridealong, '--', 'cat', ...Array(times).fill(corpus)];
    const { peakBytes } = await peakMemory(command, { env });
    rmSync(env.HOME, { recursive: true });
    return peakBytes / 1e6;
  }
}
