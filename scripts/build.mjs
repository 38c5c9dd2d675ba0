// Bundles what the program starts with into dist/, works out at build time what
// would cost time at each start (the packs, checked and compiled), and writes
// the type declarations. The old dist/ is replaced only by one that is whole.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';
import { bundleLibrary, bundleModule, bundlePrograms } from './bundle.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

compileNativeParts();
await compileWalk();
const next = mkdtempSync('dist.next-');
// It comes for its maker's eyes only; the program is for every user's.
chmodSync(next, 0o755);
try {
  await bundle();
  await compilePacks();
  cpSync('scripts/cache-code.cjs', join(next, 'cache-code.js'));
  if (!process.argv.includes('--no-types')) declareTypes();
  replaceDist();
  cacheCode();
} finally {
  rmSync(next, { recursive: true, force: true });
}

/** When a file was written last, in ms; 0 where there is none. */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** `npm install` has compiled them; afterwards they may have been edited. */
function compileNativeParts() {
  const sources = ['binding.gyp', ...readdirSync('native').map((name) => join('native', name))];
  const results = ['posix.node', 'ridealong-monitor'].map((name) => join('build', 'Release', name));
  if (Math.min(...results.map(modified)) > Math.max(...sources.map(modified))) return;
  const { status } = spawnSync('npm', ['run', '--silent', 'install'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('the native parts could not be compiled; `npm run install` tells more');
}

/** From AssemblyScript to WebAssembly, in a module that whatever bundles or runs the sources can read. */
async function compileWalk() {
  const [source, module] = ['wasm/walk.ts', 'src/extract/walker-code.ts'];
  if (modified(module) > Math.max(modified(source), modified('package.json'))) return;
  const words = [source, '-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--outFile', 'walk.wasm'];
  const files = new Map();
  const { error, stderr } = await asc.main(words, { writeFile: (name, contents) => files.set(name, contents) });
  if (error !== null) throw new Error(`${source} could not be compiled: ${stderr.toString()}`);
  const code = Buffer.from(files.get('walk.wasm')).toString('base64');
  const heading = `// Made of ${source} by the build.`;
  writeFileSync(module, `${heading}\n/** WebAssembly, in base64. */\nexport const walkerCode =\n  '${code}';\n`);
}

async function bundle() {
  const files = [...(await bundlePrograms(next)), ...(await bundleLibrary(next))];
  writeFileSync(join(next, 'third-party-licenses.txt'), licencesOf(files));
}

/** The licences of the packages whose code is in the bundle; they ask to be handed on with it. */
function licencesOf(files) {
  const packages = new Set(files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  return [...packages]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
      return `${name} ${version} (${license})${text}\n`;
    })
    .join(`\n${'-'.repeat(72)}\n\n`);
}

async function compilePacks() {
  const packTools = join(next, 'pack-tools.mjs');
  await bundleModule({
    outfile: packTools,
    stdin: {
      contents: `export * from './src/extract/compile-packs.ts';
        export * from './src/extract/load-compiled-packs.ts';
        export * from './src/extract/pack-schema.ts';`,
      resolveDir: '.',
      loader: 'ts',
    },
  });
  const { compileShippedPacks, loadCompiledPacks, packHeadsOf, packJsonSchema } = await import(
    pathToFileURL(packTools).href
  );
  rmSync(packTools);
  const packs = compileShippedPacks('patterns');
  writeFileSync(join(next, 'packs.json'), packs);
  writeFileSync(join(next, 'pack-heads.json'), JSON.stringify(packHeadsOf(loadCompiledPacks(packs))));
  writeFileSync(join(next, 'pack.schema.json'), `${JSON.stringify(packJsonSchema(), undefined, 2)}\n`);
}

/** The declarations of what other programs may import, and of nothing else. */
function declareTypes() {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const types = join(next, 'types');
  const { status } = spawnSync(
    process.execPath,
    [compiler, '-p', 'scripts/tsconfig.declarations.json', '--declarationDir', types],
    { stdio: 'inherit' },
  );
  if (status !== 0) throw new Error('the type declarations could not be written');
  // `rewriteRelativeImportExtensions` leaves declarations alone.
  for (const file of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue;
    const path = join(types, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(from '\.[^']*)\.ts'/g, "$1.js'"));
  }
  writeFileSync(join(types, 'package.json'), '{ "type": "module" }\n');
}

/** The code is cached where it stays: V8 keeps its path. */
function cacheCode() {
  spawnSync(process.execPath, ['dist/cache-code.js'], { stdio: 'inherit' });
}

function replaceDist() {
  const old = mkdtempSync('dist.old-');
  try {
    renameSync('dist', join(old, 'dist'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(next, 'dist');
  rmSync(old, { recursive: true, force: true });
}
