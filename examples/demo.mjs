#!/usr/bin/env node
// Wraps the scripted agent in both modes and shows what was recorded. Each
// command is printed as one would type it, and run by a shell as it is printed.
// Its sessions are kept apart from yours, in build/demo.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = join(root, 'build', 'demo');
rmSync(home, { recursive: true, force: true });
mkdirSync(join(home, 'bin'), { recursive: true });
symlinkSync(join(root, 'dist', 'ridealong.js'), join(home, 'bin', 'ridealong'));
const environment = {
  ...process.env,
  XDG_DATA_HOME: join(home, 'data'),
  PATH: `${join(home, 'bin')}:${process.env.PATH}`,
};
const onTerminal = process.stdin.isTTY && process.stdout.isTTY;

heading('An agent in a pipe, as scripts run it: its output passes through untouched');
run('ridealong examples/scripted-agent.mjs --yes | cat');

heading('The same agent in a terminal, as people run it: colours and a spinner');
run(`ridealong${onTerminal ? '' : ' --pty'} examples/scripted-agent.mjs --yes`);

heading('What was recorded');
run('ridealong sessions');
run('ridealong show @last');
run('ridealong events --session @last');
run('ridealong code @last');

heading(`To look around: export XDG_DATA_HOME='${environment.XDG_DATA_HOME}', then npx ridealong --help`);

function heading(text) {
  process.stdout.write(`\n${bold(`# ${text}`)}\n`);
}

function run(command) {
  process.stdout.write(`\n${bold(`$ ${command}`)}\n`);
  // As with `set -o pipefail`, which not every sh has: what goes wrong must not end as a success.
  const { status, signal } = spawnSync('bash', ['-o', 'pipefail', '-c', command], {
    cwd: root,
    env: environment,
    stdio: 'inherit',
  });
  if (status === 0) return;
  process.stderr.write(`demo: "${command}" ended with ${signal ?? `exit code ${status}`}\n`);
  process.exit(1);
}

function bold(text) {
  return process.stdout.isTTY && !process.env.NO_COLOR ? `\x1b[1m${text}\x1b[0m` : text;
}
