// Bundles the program: one file of CommonJS for each place where it starts, as
// Node reads those fastest, behind a small one that hands V8 the code cache.
import { createHash } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, transform } from 'esbuild';

/**
 * Where the main thread, and each worker, starts; and what is so large that others load it only when they need it. In
 * none of those may be what another one in its thread has that must be there once, as better-sqlite3's errors.
 */
export const programs = {
  ridealong: 'src/cli/main.ts',
  commands: 'src/cli/commands.ts',
  follow: 'src/follow.ts',
  'follow-thread': 'src/follow-thread.ts',
  'load-config': 'src/load-config.ts',
  'check-query': 'src/check-query.ts',
  program: 'src/cli/program.ts',
  serve: 'src/serve.ts',
  answering: 'src/server/answering.ts',
  'load-pack': 'src/extract/load-pack.ts',
  'read-session-file': 'src/recording/read-session-file.ts',
  'emulated-terminal': 'src/lines/emulated-terminal.ts',
  'lease-thread': 'src/lease-thread.ts',
  'line-thread': 'src/line-thread.ts',
  'query-thread': 'src/query-thread.ts',
  'index-thread': 'src/index-thread.ts',
  'export-thread': 'src/export-thread.ts',
  'recover-thread': 'src/recover-thread.ts',
  'probe-thread': 'src/probe-thread.ts',
  'serve-thread': 'src/cli/serve-thread.ts',
};

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // Native packages stay what npm installed.
  external: ['node-pty', 'bufferutil', 'utf-8-validate'],
  logLevel: 'warning',
};

/** A program stays a file of its own where another one imports it. */
const ownFiles = {
  name: 'own-files',
  setup({ onResolve }) {
    const nameOf = new Map(Object.entries(programs).map(([name, path]) => [resolve(path), name]));
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      const name = kind === 'entry-point' ? undefined : nameOf.get(join(resolveDir, path));
      return name === undefined ? undefined : { path: `./${name}.js`, external: true };
    });
  },
};

/** better-sqlite3 searches for its native part with a package of its own, file by file; it is where npm built it. */
const nativeDatabase = {
  name: 'native-database',
  setup({ onLoad, onResolve }) {
    const path = 'better-sqlite3/build/Release/better_sqlite3.node';
    onResolve({ filter: /\.node$/ }, (it) => (it.path === path ? { path, external: true } : undefined));
    onLoad({ filter: /\/node_modules\/bindings\/bindings\.js$/ }, () => ({
      contents: `module.exports = () => require('${path}');`,
      loader: 'js',
    }));
  },
};

/** zod's messages in fifty languages take longer to load than all the rest of it. */
const oneLanguage = {
  name: 'one-language',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

/** @returns the files that went into them */
export async function bundlePrograms(folder) {
  const { metafile, outputFiles } = await build({
    ...shared,
    format: 'cjs',
    // A script that V8 compiles from its cache knows no `import()`.
    supported: { 'dynamic-import': false },
    // Node loads `performance` when it is first asked for, which takes a while.
    inject: ['scripts/clock.mjs'],
    define: {
      'performance.now': 'millisecondsNow',
      'import.meta.url': 'urlOfThisFile',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
    plugins: [ownFiles, nativeDatabase, oneLanguage],
    entryPoints: programs,
    outdir: folder,
    write: false,
    metafile: true,
  });
  for (const { path, text } of outputFiles) {
    const lazy = await transform(withLazyPackages(text.replace(/^#!.*/, '')), {
      minifySyntax: true,
      minifyWhitespace: true,
    });
    const code = `(function (exports, require, module, __filename, __dirname) {${inAscii(lazy.code)}})`;
    const digest = createHash('sha256').update(code).digest('hex');
    const name = path.slice(path.lastIndexOf('/') + 1, -'.js'.length);
    writeFileSync(join(folder, `${name}.code.js`), `//${digest}\n${code}`);
    writeFileSync(join(folder, `${name}.js`), starter(name));
  }
  chmodSync(join(folder, 'ridealong.js'), 0o755);
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  return Object.keys(metafile.inputs);
}

/**
 * A package in CommonJS, and a module of Node's own, is loaded when something of it is used first: most runs need few
 * of those that are imported. What esbuild calls `import_x` is such a one.
 */
function withLazyPackages(text) {
  const loads = new Map();
  const imports = /^([ \t]*)(var )?(import_\w+) = ((?:__toESM\()?require(?:_\w+\(\)|\("[^"]+"\))(?:, 1)?\)?);$/gm;
  const declared = text.replace(imports, (_statement, indent, keyword = '', name, load) => {
    loads.set(name, load);
    return keyword === '' ? '' : `${indent}var ${name};`;
  });
  return declared
    .replace(/\b(import_\w+)\./g, (use, name) => (loads.has(name) ? `(${name} ??= ${loads.get(name)}).` : use))
    .replace(/\burlOfThisFile\b/g, 'require("node:url").pathToFileURL(__filename).href');
}

/** The starter reads the code byte by byte, as V8 takes that fastest; esbuild escapes all but what stands in regexes. */
function inAscii(code) {
  return code.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** For programs that import ours. @returns the files that went into it */
export async function bundleLibrary(folder) {
  return bundleModule({ entryPoints: ['src/index.ts'], outfile: join(folder, 'index.mjs') });
}

export async function bundleModule(options) {
  const { metafile } = await build({
    ...shared,
    format: 'esm',
    // Packages in CommonJS, once bundled, still ask for Node's own modules by `require`.
    banner: {
      js: "import { createRequire as createRequireOf } from 'node:module'; const require = createRequireOf(import.meta.url);",
    },
    plugins: [nativeDatabase, oneLanguage],
    metafile: true,
    ...options,
  });
  return Object.keys(metafile.inputs);
}

/**
 * Runs the program's code. Its cache, which `cache-code.js` writes, begins with the code's own first line; V8 leaves
 * it aside where another version of Node, or another processor, made it.
 */
function starter(name) {
  return `#!/usr/bin/env node
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const filename = \`\${__dirname}/${name}.code.js\`;
const code = readFileSync(filename, 'latin1');
const head = code.indexOf('\\n') + 1;
let cachedData;
try {
  const cache = readFileSync(\`\${__dirname}/${name}.code.cache\`);
  if (cache.latin1Slice(0, head) === code.slice(0, head)) cachedData = cache.subarray(head);
} catch {}
new Script(code, { filename, cachedData }).runInThisContext()(exports, require, module, __filename, __dirname);
`;
}
