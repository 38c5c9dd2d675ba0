import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { type Case, conform, inTerminal } from './harness/conform.ts';
import type { Run } from './harness/start.ts';

/** A shell that a user types at. */
const shell = 'exec bash --noprofile --noediting --rcfile "$prelude" -i';

async function typeLine(run: Run, line: string): Promise<void> {
  await run.terminal.shows('ready> ');
  run.type(`${line}\r`);
}

function inShell(name: string, play: (run: Run) => Promise<void>, prints: string | RegExp): Case {
  return { name, line: shell, streams: inTerminal, play, prints, ignores: /^\[1\] \d+\r\n/gm };
}

conform('job control in an interactive shell', [
  ...['$wrap await-line.mjs', '$wrap await-line.mjs | cat'].map((line) =>
    inShell(
      `Ctrl-Z and fg: ${line}`,
      async (run) => {
        await typeLine(run, line);
        await run.terminal.shows('ready\r\n');
        run.type('\u001a');
        await run.terminal.shows('Stopped');
        await typeLine(run, 'stty -a | grep -c " echo "; fg > /dev/null');
        await run.terminal.shows('resumed');
        run.type('hello\r');
        await run.terminal.shows('line hello');
        await typeLine(run, 'echo status $?; exit');
      },
      /Stopped[^]*resumed[^]*line hello/,
    ),
  ),
  inShell(
    'Ctrl-Z, then Ctrl-C after fg',
    async (run) => {
      await typeLine(run, '$wrap await-line.mjs');
      await run.terminal.shows('ready\r\n');
      run.type('\u001a');
      await run.terminal.shows('Stopped');
      await typeLine(run, 'fg > /dev/null');
      await run.terminal.shows('resumed');
      run.type('\u0003');
      await typeLine(run, 'echo status $?; exit');
    },
    'status 130\n',
  ),
  inShell(
    'a stop by a signal to itself',
    async (run) => {
      await typeLine(run, `$wrap sh -c 'kill -STOP $$; echo resumed; exit 4'`);
      await run.terminal.shows('Stopped');
      await typeLine(run, 'fg > /dev/null');
      await run.terminal.shows('resumed');
      await typeLine(run, 'echo status $?; exit');
    },
    'status 4\n',
  ),
  ...['$wrap sh -c "exit 3" & wait $!; echo status $?; exit', '$wrap sh -c "exit 3" | cat & wait $!; exit'].map(
    (line) => inShell(`in the background: ${line}`, (run) => typeLine(run, line), /status 3|exit/),
  ),
  ...['', ' | cat'].map(
    (pipeline): Case => ({
      ...inShell(
        `from the background to the foreground: $wrap …${pipeline}`,
        async (run) => {
          await typeLine(
            run,
            `$wrap sh -c 'until [ -e go ]; do sleep 0.05; done; read -r line; echo "line $line"'${pipeline} &`,
          );
          await typeLine(run, 'fg > /dev/null');
          await vi.waitUntil(() => foregroundGroup(run) !== run.pid, { timeout: 10_000 });
          writeFileSync(join(run.home, 'go'), '');
          run.type('hello\r');
          await typeLine(run, 'exit');
        },
        'line hello',
      ),
      // Whether its echo comes before or after the command is ready is left to chance.
      ignores: /^\[1\] \d+\r\n|^hello\r\n/gm,
    }),
  ),
]);

function foregroundGroup(run: Run): number {
  return Number(execFileSync('ps', ['-o', 'tpgid=', '-p', `${run.pid}`], { encoding: 'utf8' }));
}
