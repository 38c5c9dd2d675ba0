// npm run check:node 24 [FILE…] — runs the tests, or those of some files, with
// another version of Node, in a copy of the repository whose native parts are
// compiled for it. The npm package `node` brings that version's program and the
// headers to compile against.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [, , version = '', ...testFiles] = process.argv;
if (!/^\d+(\.\d+){0,2}$/.test(version)) {
  console.error('check-node: say which version: npm run check:node 24');
  process.exit(64);
}

const work = mkdtempSync(join(tmpdir(), `ridealong-node-${version}-`));
try {
  process.exitCode = check();
} finally {
  rmSync(work, { recursive: true, force: true });
}

function check() {
  const home = join(work, 'node');
  mkdirSync(home);
  // The package fetches the build for this machine when it is installed.
  writeFileSync(join(home, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }\n');
  run('npm', ['install', '--no-save', '--no-package-lock', `node@${version}`], home, process.env);
  const headers = folderWith(join('include', 'node', 'node_version.h'), join(home, 'node_modules'));
  const program = folderWith(join('bin', 'node'), headers);
  const copy = join(work, 'ridealong', 'main');
  const left = new Set(['node_modules', 'dist', 'build', '.git', 'coverage']);
  cpSync(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !left.has(path.slice(root.length + 1)),
  });
  // Captured output that some tests read lies beside the repository.
  const captures = join(root, '..', 'shared');
  if (existsSync(captures)) symlinkSync(captures, join(work, 'ridealong', 'shared'));
  const environment = {
    ...process.env,
    PATH: [join(program, 'bin'), process.env.PATH].join(delimiter),
    npm_config_nodedir: headers,
    JOBS: 'max',
  };
  console.log(`\n==> ${run('node', ['--version'], copy, environment, 'pipe')}`);
  run('npm', ['ci'], copy, environment);
  run('npm', ['test', '--', ...testFiles], copy, environment);
  return 0;
}

function run(command, args, cwd, env, stdout = 'inherit') {
  if (stdout === 'inherit') console.log(`\n==> ${[command, ...args].join(' ')}`);
  const done = spawnSync(command, args, { cwd, env, stdio: ['ignore', stdout, 'inherit'], encoding: 'utf8' });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.signal ?? done.status}`);
  return done.stdout?.trim();
}

/** The folder in or below `folder` in which this path exists. */
function folderWith(path, folder) {
  if (existsSync(join(folder, path))) return folder;
  const folders = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const found = folders.find((name) => existsSync(join(folder, name, path)));
  if (found === undefined) throw new Error(`node@${version} brought no ${path}`);
  return join(folder, found);
}
