#!/usr/bin/env node
// A coding agent that needs no model and no key: it follows a script, but what
// it does is real. In a folder of its own it runs a check that fails, mends the
// bug and runs the check again. Wrap it to see what Ridealong makes of an agent.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const usage = `scripted-agent.mjs [--yes] [--fast] [--fail[=CODE]]

  --yes          answer its question with yes instead of asking
  --fast         without the pauses
  --fail[=CODE]  give up at the end, with this exit code (default: 1)
`;

const { yes, fast, exitCode } = readOptions();
const onTerminal = process.stdout.isTTY;
const paint = (code, text) => (onTerminal && !process.env.NO_COLOR ? `\x1b[${code}m${text}\x1b[0m` : text);
const say = (text = '') => process.stdout.write(`${text}\n`);

const files = {
  'total.mjs': `export function total(prices) {
  let sum = 0;
  for (let i = 1; i < prices.length; i++) sum += prices[i];
  return sum;
}
`,
  'check.mjs': `import { strictEqual } from 'node:assert';
import { total } from './total.mjs';

strictEqual(total([]), 0);
strictEqual(total([2, 3, 4]), 9, 'total([2, 3, 4]) is 9');
console.log('Tests: 2 passed, 2 total');
`,
};

const startMs = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'scripted-agent-'));
try {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  process.exitCode = await work();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function work() {
  say(paint('1', 'Plan'));
  say('  1. Look at the failing check');
  say('  2. Mend the bug');
  say('  3. Run the check again');
  say();

  await think(400);
  say(paint('32', '● Read(total.mjs)'));
  say(`  ${readFileSync(join(folder, 'total.mjs'), 'utf8').trimEnd().split('\n').length} lines`);
  say();
  runCheck();

  await think(500);
  say('The loop skips the first price. It has to begin at 0:');
  say();
  mend();

  if (!(await allowed())) {
    say('Stopped: the check was not allowed to run.');
    return 1;
  }
  await think(400);
  runCheck();
  say();
  say('The whole function is now:');
  say();
  say('```js');
  process.stdout.write(readFileSync(join(folder, 'total.mjs'), 'utf8'));
  say('```');
  say();
  if (exitCode !== 0) process.stderr.write(`Error: told to fail, with exit code ${exitCode}\n`);
  say(paint('2', 'Input tokens: 1,840, output tokens: 312'));
  say(paint('2', 'Total cost: $0.0123'));
  say(paint('2', `Finished in ${((performance.now() - startMs) / 1000).toFixed(1)}s`));
  return exitCode;
}

function runCheck() {
  say(paint('32', '$ node check.mjs'));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['check.mjs'], { cwd: folder, encoding: 'utf8' });
  process.stdout.write(stdout);
  process.stderr.write(concerningUs(stderr));
  if (status !== 0) say(paint('31', `Command failed with exit code ${status}`));
}

/** Of an uncaught error, what it says and where in our files; not Node's own lines. */
function concerningUs(stderr) {
  return stderr
    .split('\n')
    .filter((line) => /^\w*Error|^ {4}at file:/.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

function mend() {
  const path = join(folder, 'total.mjs');
  const bug = 'for (let i = 1;';
  const remedy = 'for (let i = 0;';
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, before.replace(bug, remedy));
  const line = before.split('\n').find((text) => text.includes(bug)) ?? '';
  say(paint('32', '● Update(total.mjs)'));
  say('diff --git a/total.mjs b/total.mjs');
  say(paint('36', '@@ -3 +3 @@'));
  say(paint('31', `-${line}`));
  say(paint('32', `+${line.replace(bug, remedy)}`));
  say();
}

/** Asks, as agents do before they run something; answers itself when told to or when nobody is there. */
async function allowed() {
  const question = 'Do you want to proceed? [y/N] ';
  if (yes || !process.stdin.isTTY) {
    say(`${question}y`);
    return true;
  }
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  // At the end of input readline answers nothing at all.
  const answer = await Promise.race([
    reader.question(question),
    new Promise((resolve) => reader.once('close', () => resolve(''))),
  ]);
  reader.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Passes the time as agents do: with a spinner, where it can be seen turning. */
async function think(ms) {
  if (fast) return;
  if (!onTerminal) {
    await pause(ms);
    return;
  }
  const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
  for (let passed = 0; passed < ms; passed += 80) {
    process.stdout.write(`\r${frames[(passed / 80) % frames.length]} Thinking…`);
    await pause(80);
  }
  process.stdout.write('\r\x1b[K');
}

function readOptions() {
  try {
    // parseArgs knows no option whose value may be absent.
    const args = process.argv.slice(2).map((word) => (word === '--fail' ? '--fail=1' : word));
    const { values } = parseArgs({
      args,
      options: {
        yes: { type: 'boolean' },
        fast: { type: 'boolean' },
        fail: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const exitCode = Number(values.fail ?? 0);
    if (!Number.isInteger(exitCode) || exitCode < 0 || exitCode > 255) throw new Error('--fail takes 0 to 255');
    return { yes: values.yes === true, fast: values.fast === true, exitCode };
  } catch (error) {
    process.stderr.write(`scripted-agent: ${error.message}\n${usage}`);
    process.exit(64);
  }
}
