import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conform, inPipes, inTerminal } from './harness/conform.ts';

const codes = [0, 1, 2, 126, 127, 128, 130, 255];
const signals = [
  'HUP',
  'INT',
  'QUIT',
  'KILL',
  'TERM',
  'USR1',
  'USR2',
  'PIPE',
  'ALRM',
  'SEGV',
  'ABRT',
  'BUS',
  'FPE',
  'ILL',
  'TRAP',
  'SYS',
  'XCPU',
  'XFSZ',
  'VTALRM',
  'PROF',
] as const;
/** Signals that have no name for Node: a shell tells 128 + n. */
const realtimeSignals = [34, 40, 64];

conform('exit codes', [
  ...codes.map((code) => ({ name: `${code}`, line: `exec $wrap sh -c 'exit ${code}'`, ends: { code } })),
]);

conform('the end by a signal', [
  ...signals.map((signal) => ({
    name: signal,
    line: `ulimit -c 0; exec $wrap sh -c 'echo last words; kill -s ${signal} $$'`,
    prints: 'last words\n',
    ends: { signal: `SIG${signal}` as const },
  })),
  ...realtimeSignals.map((number) => ({
    name: `realtime signal ${number}`,
    line: `{ $wrap sh -c 'echo last words; kill -${number} $$'; } 2> /dev/null; echo $?`,
    prints: `last words\n${128 + number}\n`,
  })),
  {
    name: 'a worker by a signal, its launcher by an exit code',
    line: `$wrap sh -c 'sh -c "kill -TERM \\$\\$"; exit $?'; echo $?`,
    prints: '143\n',
  },
]);

conform('what a command leaves behind', [
  {
    name: 'a worker that holds the output open',
    line: `$wrap sh -c 'linger.sh & while [ ! -e lingering ]; do :; done; echo before; exit 3'; echo $?; kill -KILL $(cat lingering)`,
    prints: 'before\n3\n',
  },
  {
    name: 'a worker that writes on, for a moment',
    line: `$wrap sh -c '(while [ ! -e left ]; do :; done; echo late; exec > /dev/null; touch done) & echo before; touch left'; until [ -e done ]; do :; done`,
    prints: /before\nlate\n|late\nbefore\n/,
    streams: inPipes,
  },
  {
    name: 'a daemon in a session of its own, alive',
    line: `$wrap sh -c 'setsid linger.sh > /dev/null 2>&1 < /dev/null & while [ ! -e lingering ]; do :; done; echo before'; kill -KILL $(cat lingering) && echo alive`,
    prints: 'before\nalive\n',
  },
  {
    name: 'a daemon that holds the output open, alive',
    line: `$wrap sh -c 'setsid linger.sh & while [ ! -e lingering ]; do :; done; echo before'; kill -KILL $(cat lingering) && echo alive`,
    prints: 'before\nalive\n',
  },
]);

/** What `full-screen.sh` set, set back; the alternate screen last. */
const screenReset = '\u001b[?1000l\u001b[?1004l\u001b[?1006l\u001b[?2004l\u001b[?25h\u001b[<1u\u001b[?1049l';

conform(
  'a full-screen program',
  (['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGKILL'] as const).map((signal) => ({
    name: `killed by ${signal} in its alternate screen`,
    line: 'exec $wrap full-screen.sh',
    streams: inTerminal,
    async play(run) {
      await run.terminal.shows('Working');
      process.kill(Number(readFileSync(join(run.home, 'pid'), 'utf8')), signal);
    },
    ends: { signal },
    adds: screenReset,
    restoresSettings: true,
  })),
);
