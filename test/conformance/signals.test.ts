import { type Case, type Streams, conform, inBoth, inPipes, inTerminal } from './harness/conform.ts';
import type { Run } from './harness/start.ts';

const toStdoutPipe: Streams = { stdin: 'terminal', stdout: 'pipe', stderr: 'terminal' };

/**
 * After the signal, another one is sent the same way, which makes the program
 * tell how often each one came: had the first come twice, it would have by then.
 */
async function thenFence(run: Run, first: () => void, signal: string, fence: NodeJS.Signals): Promise<void> {
  await run.output.shows('ready\n'.replace('\n', run.output === run.terminal ? '\r\n' : '\n'));
  first();
  await run.output.shows(`got ${signal}`);
  run.kill(fence);
}

const sent = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGQUIT', 'SIGCONT', 'SIGTSTP'] as const;

conform('a signal sent to us reaches the command once', [
  ...sent.map((signal): Case => {
    const fence = signal === 'SIGUSR2' ? 'SIGUSR1' : 'SIGUSR2';
    return {
      name: signal,
      line: `exec $wrap count-signals.mjs ${fence}`,
      streams: inBoth,
      play: (run) => thenFence(run, () => run.kill(signal), signal, fence),
      prints: `"${signal}":1,"${fence}":1}`,
    };
  }),
  {
    name: 'SIGTERM, twice',
    line: 'exec $wrap count-signals.mjs SIGUSR2',
    async play(run) {
      await run.output.shows('ready');
      run.kill('SIGTERM');
      await run.output.shows('got SIGTERM');
      run.kill('SIGTERM');
      await run.output.shows('got SIGTERM');
      run.kill('SIGUSR2');
    },
    prints: '"SIGTERM":2',
  },
]);

conform('a key reaches the command once', [
  ...(
    [
      ['Ctrl-C', '\u0003', 'SIGINT'],
      ['Ctrl-\\', '\u001c', 'SIGQUIT'],
    ] as const
  ).map(
    ([name, key, signal]): Case => ({
      name,
      line: 'exec $wrap count-signals.mjs SIGUSR2',
      streams: [inTerminal, toStdoutPipe],
      play: (run) => thenFence(run, () => run.type(key), signal, 'SIGUSR2'),
      prints: `"${signal}":1,"SIGUSR2":1}`,
    }),
  ),
  {
    name: 'Ctrl-C, which ends it',
    line: `exec $wrap sh -c 'echo ready; exec cat'`,
    streams: [inTerminal, toStdoutPipe],
    async play(run) {
      await run.output.shows('ready');
      run.type('\u0003');
    },
    ends: { signal: 'SIGINT' },
  },
]);

conform('a command that ignores SIGTERM', [
  {
    name: 'goes on, until it is killed',
    line: `exec $wrap sh -c 'trap "" TERM; echo ready; cat; echo bye'`,
    streams: [inTerminal, { ...inPipes, stdin: 'pipe' }],
    async play(run) {
      await run.output.shows('ready');
      run.kill('SIGTERM');
      if (run.output === run.terminal) {
        run.type('still here\r');
        await run.output.shows('still here\r\nstill here');
        run.type('\u0004');
      } else {
        run.write('still here\n');
        await run.output.shows('still here');
        run.endStdin();
      }
    },
    prints: 'bye\n',
    ends: { code: 0 },
  },
]);

conform('a signal that ends the command ends us, too', [
  ...(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1'] as const).map(
    (signal): Case => ({
      name: signal,
      line: `ulimit -c 0; exec $wrap sh -c 'echo ready; read -r line'`,
      streams: [inTerminal, { ...inPipes, stdin: 'pipe' }],
      async play(run) {
        await run.output.shows('ready');
        run.kill(signal);
      },
      ends: { signal },
    }),
  ),
]);
