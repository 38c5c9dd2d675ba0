// How much memory a wrapper has at most, all its threads together, while its child writes as fast as it can; and whether
// that grows with what has come.
import { corpusFile } from '../harness/corpus.mjs';
import { peakMemory } from '../harness/peak-memory.mjs';
import { freshEnvironment, ridealong, usageOf, workFolder } from '../harness/processes.mjs';
import { isSmoke, tell } from '../harness/trial.mjs';

const fileBytes = isSmoke ? 1 << 20 : 64 << 20;
const times = 160;

if (usageOf(process.pid) === undefined) tell({ what: 'memory at full load', skipped: 'there is no /proc' });
else {
  const folder = workFolder('memory', fileBytes * (times + 1));
  const corpus = corpusFile(folder, { bytes: fileBytes, matchShare: 0.01 });
  const command = [process.execPath, ridealong, '--', 'cat', ...Array(times).fill(corpus)];
  // Once: it takes more than a minute.
  const { peakBytes, residentBytes } = await peakMemory(command, { env: freshEnvironment(folder) });
  const most = `at most, while ${(fileBytes * times) / (1 << 20)} MiB come`;
  tell({ what: most, unit: 'MB', samples: [peakBytes / 1e6], target: { atMost: 200 } });
  const tenth = Math.ceil(residentBytes.length / 10);
  const mostOf = (part) => [Math.max(...part) / 1e6];
  tell({
    what: 'at most, in the last tenth of that time',
    unit: 'MB',
    samples: mostOf(residentBytes.slice(-tenth)),
    baseline: { name: 'the second tenth', samples: mostOf(residentBytes.slice(tenth, 2 * tenth)) },
    target: { ratioAtMost: 1 },
  });
}
