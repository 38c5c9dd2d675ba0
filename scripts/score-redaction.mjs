// score-redaction.mjs: what redaction finds of the secrets in a generated corpus, and which clean lines it harms.
// `SEED=…` makes the same corpus again; `--misses` prints what was missed and harmed, `--corpus` the corpus itself.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const outfile = path('build/score-redaction.cjs');
await build({
  entryPoints: [path('test/extract/redaction/score.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  logLevel: 'warning',
});
process.env.SEED ??= String(Date.now() % 1_000_000_000);
const { corpusLines, scores, scoreTable } = await import(outfile);
if (process.argv.includes('--corpus')) {
  for (const line of corpusLines()) console.log(line);
} else {
  const all = Object.values(scores(path('.')));
  console.log(`SEED=${process.env.SEED}\n${scoreTable(all)}`);
  if (process.argv.includes('--misses')) for (const { misses } of all) for (const line of misses) console.log(line);
}
