import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './processes.mjs';

/** Bundles some modules of src/ so that Node can run them, into the folder, which is below the repository. */
export async function bundle(folder, name, contents) {
  const { build } = await import('esbuild');
  const outfile = join(folder, `${name}.mjs`);
  await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['better-sqlite3', 'node-pty'],
    banner: { js: "import { createRequire as of } from 'node:module'; const require = of(import.meta.url);" },
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile,
  });
  return outfile;
}

/** The shipped packs, compiled, in a file. */
export async function compiledPacks(folder) {
  const packTools = await bundle(folder, 'packs', "export * from './src/extract/compile-packs.ts'");
  const { compileShippedPacks } = await import(pathToFileURL(packTools).href);
  const file = join(folder, 'packs.json');
  writeFileSync(file, compileShippedPacks(join(root, 'patterns')));
  return file;
}
