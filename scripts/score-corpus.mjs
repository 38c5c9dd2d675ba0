// score-corpus.mjs: precision and recall of the shipped packs against the golden files of the captures.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const corpus = path('test/corpus');
const outfile = path('build/score-corpus.cjs');
await build({
  entryPoints: [`${corpus}/score.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // Packs and captures are found from where the tests stand.
  define: { 'import.meta.url': JSON.stringify(pathToFileURL(`${corpus}/score.ts`).href) },
  logLevel: 'warning',
});
const { scores, scoreTable } = await import(outfile);
console.log(scoreTable(scores(corpus)));
