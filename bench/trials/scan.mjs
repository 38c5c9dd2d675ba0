// How long a process takes to find what the shipped patterns match: ours, and ripgrep with the same patterns. That takes
// `rg -P`: its own engine takes ten times as long with them. Then, on ten times as much, against a search for literals
// alone. Run with a corpus as its first argument, it is the process that scans.
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle, compiledPacks } from '../harness/bundle.mjs';
import { corpusFile } from '../harness/corpus.mjs';
import { interleave } from '../harness/interleave.mjs';
import { programNamed, root, timed, workFolder } from '../harness/processes.mjs';
import { requiredLiterals, ripgrepPatterns } from '../harness/ripgrep-patterns.mjs';
import { isSmoke, missing, rounds, tell } from '../harness/trial.mjs';

const bytes = isSmoke ? 1 << 20 : 210_000_000;
/** Of the same patterns ripgrep takes a second for some 2 MB. */
const fewerBytes = isSmoke ? 1 << 16 : 10_000_000;
const [, , corpus, scanner, packs] = process.argv;

if (corpus === undefined) await compare();
else await scan();

async function compare() {
  const rg = programNamed('rg');
  // Below the repository: what stays outside of the bundle is looked up from there.
  const code = mkdtempSync(join(root, 'dist.bench-'));
  try {
    const contents = `
      export { createExtractor } from './src/extract/extractor.ts';
      export { createMatcher } from './src/extract/matcher.ts';
      export { createLineSplitter } from './src/lines/line-splitter.ts';`;
    const scannerFile = await bundle(code, 'scanner', contents);
    const packsFile = await compiledPacks(code);
    const patterns = ripgrepPatterns(code, packsFile);
    const literals = requiredLiterals(code, packsFile);
    const folder = workFolder('scan', 3 * bytes);
    const ours = (file) => timed([process.execPath, fileURLToPath(import.meta.url), file, scannerFile, packsFile]);
    for (const [matchShare, ratioAtMost] of [
      [0.01, 0.65],
      [0.2, 0.85],
    ]) {
      const against = async (size, name, words, target) => {
        const what = `scanning ${Math.round(size / 1e6)} MB, ${100 * matchShare} % of lines with matches`;
        if (rg === undefined) return tell({ what, skipped: missing('rg') });
        const file = corpusFile(folder, { bytes: size, matchShare });
        const measures = { ours: () => ours(file), theirs: () => timed([rg, ...words, file]) };
        const samples = await interleave(measures, rounds);
        tell({ what, unit: 'ms', samples: samples.ours, baseline: { name, samples: samples.theirs }, target });
      };
      await against(fewerBytes, 'rg -c -P -f patterns', ['-c', '-P', '-f', patterns], { ratioAtMost });
      await against(bytes, 'rg -c -i -F -f literals', ['-c', '-i', '-F', '-f', literals], {});
    }
  } finally {
    rmSync(code, { recursive: true });
  }
}

/** As the follower does it, from chunks of 64 KiB. */
async function scan() {
  const { createExtractor, createMatcher, createLineSplitter } = await import(pathToFileURL(scanner).href);
  const shared = JSON.parse(readFileSync(packs, 'utf8')).filter(({ agents }) => agents.includes('*'));
  const nowMs = () => performance.now();
  const extractor = createExtractor({ matcher: createMatcher(shared), nowMs, onState: () => undefined });
  const splitter = createLineSplitter({ stream: 'stdout', maxLineBytes: 65_536 });
  const file = openSync(corpus, 'r');
  let events = 0;
  for (let offset = 0; ; ) {
    const buffer = Buffer.allocUnsafe(65_536);
    const length = readSync(file, buffer, 0, buffer.length, offset);
    if (length === 0) break;
    const block = splitter.push({ stream: 'stdout', offset, timeUs: 0, bytes: buffer.subarray(0, length) });
    if (block) events += extractor.scan(block).length;
    offset += length;
  }
  closeSync(file);
  if (events === 0) throw new Error('nothing was found');
}
