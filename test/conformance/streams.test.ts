import { type Case, type Streams, conform, inPipes, inTerminal } from './harness/conform.ts';

const kinds = ['terminal', 'pipe'] as const;
const eightMixes: Streams[] = kinds.flatMap((stdin) =>
  kinds.flatMap((stdout) => kinds.map((stderr) => ({ stdin, stdout, stderr }))),
);
const fromTerminal: Streams = { ...inPipes, stdin: 'terminal' };

conform('each stream mirrors ours', [
  { name: 'terminals, pipes and sizes', line: '$wrap tell-streams.sh', streams: eightMixes },
  { name: 'each output to its own place', line: "$wrap sh -c 'echo out; echo err >&2'", streams: eightMixes },
  { name: 'all in one pipe', line: '$wrap tell-streams.sh 2>&1 | cat', prints: '1 pipe\n2 pipe\n' },
  { name: 'stdin from a pipeline', line: 'echo x | $wrap tell-streams.sh', prints: '0 pipe\n' },
  { name: 'stdin from a file', line: 'echo x > file; $wrap tell-streams.sh < file', prints: '0 other\n' },
  { name: 'stdout as a pipe for test -p', line: "$wrap sh -c 'test -p /dev/stdout; echo $?' | cat", prints: '0\n' },
]);

conform('the terminal', [
  { name: 'its settings', line: '$wrap stty -a', streams: inTerminal, prints: /rows 24; columns 80/ },
  {
    name: 'its settings when they are unusual',
    line: 'stty -echo intr ^X tab3 -ixon; $wrap stty -a',
    streams: inTerminal,
    prints: /intr = \^X/,
  },
  { name: 'its size', line: '$wrap stty size', streams: [inTerminal, fromTerminal], prints: '24 80\n' },
  {
    name: 'echo switched off for who comes next',
    line: '$wrap stty -echo; stty -a',
    streams: [inTerminal, fromTerminal],
    prints: / -echo /,
  },
  {
    name: 'its size changed for who comes next',
    line: '$wrap sh -c "stty rows 30 < /dev/tty"; stty size',
    streams: fromTerminal,
    prints: '30 80\n',
  },
  {
    name: 'as /dev/tty',
    line: "$wrap sh -c 'echo here > /dev/tty; stty size < /dev/tty'",
    streams: [inTerminal, fromTerminal, inPipes],
    prints: '24 80\n',
  },
  {
    name: 'raw output',
    line: '$wrap sh -c "stty -opost; printf a\\\\\\\\nb\\\\\\\\n; stty opost"',
    streams: inTerminal,
  },
  ...([inTerminal, fromTerminal] as const).map(
    (streams) =>
      ({
        name: 'SIGWINCH when it has another size',
        line: '$wrap await-size.mjs 0 "33 101"',
        streams,
        async play(run) {
          await run.output.shows('ready 24 80');
          run.resize(101, 33);
        },
        prints: '33 101\n',
      }) satisfies Case,
  ),
  {
    name: 'SIGWINCH when only stderr is one',
    line: 'cat /dev/null | $wrap await-size.mjs 2 "33 101" | cat',
    streams: inTerminal,
    async play(run) {
      await run.terminal.shows('ready 24 80');
      run.resize(101, 33);
    },
    prints: '33 101\n',
  },
]);

conform('a password read from the terminal', [
  ...['$wrap ask-password.sh', '$wrap ask-password.sh | cat', 'echo the prompt | $wrap ask-password.sh'].map(
    (line) =>
      ({
        name: line,
        line,
        streams: inTerminal,
        async play(run) {
          await run.terminal.shows('Password: ');
          run.type('secret\r');
        },
        prints: 'Password: \nthe password is <secret>\n',
      }) satisfies Case,
  ),
]);

conform('queries of a full-screen program', [
  {
    name: 'their replies come back untouched',
    line: `$wrap sh -c 'stty raw -echo; printf "\\033[c"; head -c 7 | od -c; stty sane'`,
    streams: inTerminal,
    async play(run) {
      await run.terminal.shows('\u001b[c');
      run.type('\u001b[?62;c');
    },
    prints: /033 {3}\[ {3}\? {3}6/,
  },
]);
