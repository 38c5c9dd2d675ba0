// How long a process takes to find what the shipped patterns match: ours, and ripgrep with the same patterns. That takes
// `rg -P`: its own engine takes ten times as long with them. Then, on more of it, against a search for literals
// alone. And what the 500th pattern costs, against the 88th.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compiledPacks } from '../harness/bundle.mjs';
import { corpusFile } from '../harness/corpus.mjs';
import { interleave } from '../harness/interleave.mjs';
import { manyPatterns } from '../harness/many-patterns.mjs';
import { programNamed, root, timed, workFolder } from '../harness/processes.mjs';
import { requiredLiterals, ripgrepPatterns } from '../harness/ripgrep-patterns.mjs';
import { scanning } from '../harness/scanning.mjs';
import { isSmoke, missing, rounds, tell } from '../harness/trial.mjs';

const bytes = isSmoke ? 1 << 20 : 5_000_000;
/** Of the same patterns ripgrep takes a second for some 2 MB. */
const fewerBytes = isSmoke ? 1 << 16 : 2_500_000;
const bytesForMany = isSmoke ? 1 << 20 : 32_000_000;
/** So little that a scan of it is the start: what is not there when a process begins, is built then. */
const startBytes = 1 << 16;
const unit = 'ms';

// Below the repository: what stays outside of the bundle is looked up from there.
const code = mkdtempSync(join(root, 'dist.bench-'));
try {
  const folder = workFolder('scan', 3 * bytes);
  const scan = await scanning(code);
  await againstRipgrep(folder, scan);
  await withMorePatterns(folder, scan);
} finally {
  rmSync(code, { recursive: true });
}

async function againstRipgrep(folder, scan) {
  const rg = programNamed('rg');
  const packs = await compiledPacks(code);
  const patterns = ripgrepPatterns(code, packs);
  const literals = requiredLiterals(code, packs);
  for (const [matchShare, ratioAtMost] of [
    [0.01, 0.65],
    [0.2, 0.85],
  ]) {
    const against = async (size, name, words, target) => {
      const what = `scanning ${size / 1e6} MB, ${100 * matchShare} % of lines with matches`;
      if (rg === undefined) return tell({ what, skipped: missing('rg') });
      const file = corpusFile(folder, { bytes: size, matchShare });
      const measures = { ours: () => scan(file, packs), theirs: () => timed([rg, ...words, file]) };
      const samples = await interleave(measures, rounds);
      tell({ what, unit, samples: samples.ours, baseline: { name, samples: samples.theirs }, target });
    };
    await against(fewerBytes, 'rg -c -P -f patterns', ['-c', '-P', '-f', patterns], { ratioAtMost });
    await against(bytes, 'rg -c -i -F -f literals', ['-c', '-i', '-F', '-f', literals], {});
  }
}

/** Between them, a process that starts and has its patterns, as from `packs.json`, and one that scans. */
async function withMorePatterns(folder, scan) {
  const packsOf = await manyPatterns(code);
  const [few, many] = [packsOf(88), packsOf(500)];
  for (const size of [startBytes, bytesForMany]) {
    const file = corpusFile(folder, { bytes: size, matchShare: 0.01 });
    const measures = { many: () => scan(file, many), few: () => scan(file, few) };
    const samples = await interleave(measures, rounds);
    const what = size === startBytes ? 'starting with 500 patterns' : `scanning ${size / 1e6} MB with 500`;
    const baseline = { name: 'with 88', samples: samples.few };
    tell({ what, unit, samples: samples.many, baseline, target: { ratioAtMost: 1.3 } });
  }
}
