// How long it takes until the last event of what a child printed is committed, the recording included; and how long
// `tee FILE` and ripgrep with the same patterns take one behind the other, which print matches and keep none.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compiledPacks } from '../harness/bundle.mjs';
import { corpusFile } from '../harness/corpus.mjs';
import { interleave } from '../harness/interleave.mjs';
import { freshEnvironment, programNamed, ridealong, root, timed, workFolder } from '../harness/processes.mjs';
import { ripgrepPatterns } from '../harness/ripgrep-patterns.mjs';
import { isSmoke, missing, rounds, tell } from '../harness/trial.mjs';

/** Of the shipped patterns ripgrep takes a second for some 2 MB; see the trial `scan`. */
const bytes = isSmoke ? 1 << 16 : 2_500_000;
const moreBytes = isSmoke ? 1 << 20 : 5_000_000;

const code = mkdtempSync(join(root, 'dist.bench-'));
const patterns = ripgrepPatterns(code, await compiledPacks(code));
const folder = workFolder('whole', 3 * moreBytes);

async function ours(corpus) {
  const env = freshEnvironment(folder);
  const ms = await timed([process.execPath, ridealong, '--drain-timeout', '10m', '--', 'cat', corpus], { env });
  rmSync(env.HOME, { recursive: true });
  return ms;
}

const pipeline = (words, ...operands) => ['sh', '-c', words, 'sh', join(folder, 'copy'), ...operands];

for (const [matchShare, ratioAtMost] of [
  [0.01, 0.8],
  [0.2, 1.1],
]) {
  const against = async (size, name, command, target) => {
    const what = `recorded, extracted, committed: ${size / 1e6} MB, ${100 * matchShare} % of lines with matches`;
    const absent = ['tee', ...(name.includes('rg') ? ['rg'] : [])].find(
      (program) => programNamed(program) === undefined,
    );
    if (absent !== undefined) return tell({ what, skipped: missing(absent) });
    const corpus = corpusFile(folder, { bytes: size, matchShare });
    const measures = { ours: () => ours(corpus), theirs: () => timed(command(corpus)) };
    const samples = await interleave(measures, rounds);
    tell({ what, unit: 'ms', samples: samples.ours, baseline: { name, samples: samples.theirs }, target });
  };
  const searched = (corpus) => pipeline('cat "$2" | tee "$1" | rg --json -P -f "$3" > /dev/null', corpus, patterns);
  await against(bytes, 'tee FILE | rg --json -P', searched, { ratioAtMost });
  await against(moreBytes, 'tee FILE', (corpus) => pipeline('cat "$2" | tee "$1" > /dev/null', corpus), {});
}
rmSync(code, { recursive: true });
