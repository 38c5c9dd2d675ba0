import { type Streams, conform, inPipes, inTerminal } from './harness/conform.ts';

/** The environment, sorted, without what we may add. */
const sorted = 'env -u RIDEALONG_SESSION_ID -0 | sort -z | tr "\\0" "\\n"';
const fromTerminal: Streams = { ...inPipes, stdin: 'terminal' };

conform('arguments', [
  { name: 'none', line: '$wrap print-arguments.mjs', prints: '[]' },
  { name: 'empty ones', line: `$wrap print-arguments.mjs '' a ''`, prints: '["","a",""]' },
  { name: '--', line: '$wrap print-arguments.mjs -- a -- b --', prints: '["--","a","--","b","--"]' },
  {
    name: 'options named like ours',
    line: '$wrap print-arguments.mjs -h --help --version --pty --agent x --no-pty',
    prints: '["-h","--help","--version","--pty","--agent","x","--no-pty"]',
  },
  {
    name: 'quotes and other signs',
    line: `$wrap print-arguments.mjs '"' "'" '\\' '$HOME' '*' '; rm' ' '`,
    prints: `["\\"","'","\\\\","$HOME","*","; rm"," "]`,
  },
  {
    name: 'line feeds',
    line: `$wrap print-arguments.mjs $'a\\nb' $'\\n' $'\\t\\r'`,
    prints: '["a\\nb","\\n","\\t\\r"]',
  },
  { name: 'beyond ASCII', line: '$wrap print-arguments.mjs ünï 日本 👩‍💻', prints: '["ünï","日本","👩‍💻"]' },
  { name: 'many', line: '$wrap print-arguments.mjs $(seq 20000) | sha256sum' },
  { name: 'a long one', line: '$wrap print-arguments.mjs "$(head -c 100000 /dev/zero | tr "\\0" x)" | sha256sum' },
  {
    name: 'a command by its path',
    line: `printf '#!/bin/sh\\necho $1; exit 7' > script; chmod +x script; $wrap ./script one; echo $?`,
    prints: 'one\n7\n',
  },
  {
    name: 'a command with a space in its name',
    line: `printf '#!/bin/sh\\necho "$0"' > 'a b'; chmod +x 'a b'; $wrap './a b'`,
    prints: './a b',
  },
]);

conform('the environment', [
  { name: 'as ours is', line: `FOO=bar $wrap ${sorted}`, prints: 'FOO=bar\n', ignores: /^_=.*$/gm },
  { name: 'empty', line: `env -i PATH="$PATH" HOME="$HOME" $wrap ${sorted}` },
  {
    name: 'odd names and values',
    line: `env 'odd name=x' 'a.b-c=1' 'empty=' 'eq=a=b' $'lf=a\\nb' 'ü=日本' 'node_options=x' $wrap ${sorted}`,
    prints: /odd name=x/,
  },
  {
    name: 'names that mean something to Node.js and npm',
    line: `env NODE_ENV=x FORCE_COLOR=1 npm_config_foo=1 UV_THREADPOOL_SIZE=4 $wrap ${sorted}`,
    prints: /FORCE_COLOR=1/,
  },
  {
    name: 'PWD and OLDPWD as they are',
    line: `env PWD=/elsewhere OLDPWD=/before $wrap ${sorted}`,
    prints: 'PWD=/elsewhere\n',
  },
  { name: 'no PWD', line: `env -u PWD $wrap ${sorted}` },
  { name: 'COLUMNS and LINES', line: `env COLUMNS=11 LINES=7 $wrap ${sorted}`, prints: 'COLUMNS=11' },
  ...[undefined, '', 'dumb', 'screen.xterm-256color'].map((term) => ({
    name: term === undefined ? 'no TERM' : `TERM=${term}`,
    line: `env ${term === undefined ? '-u TERM' : `TERM=${term}`} $wrap printenv TERM; echo $?`,
  })),
]);

conform('the working directory', [
  { name: 'ours', line: 'mkdir "a ü"; cd "a ü"; $wrap /bin/pwd; $wrap sh -c "cd ..; pwd"', prints: /a ü\n/ },
  {
    name: 'a symbolic link',
    line: 'mkdir real; ln -s real link; cd link; $wrap sh -c "pwd; pwd -P"',
    prints: /link\n.*real\n/,
  },
  { name: 'umask', line: 'umask 027; $wrap sh -c umask', prints: '0027\n' },
  { name: 'limits', line: 'ulimit -S -s 4096 -c 0; $wrap sh -c "ulimit -S -s; ulimit -c"', prints: '4096\n0\n' },
  { name: 'process substitution', line: '$wrap cat <(echo one) <(echo two)', prints: 'one\ntwo\n' },
  {
    // Node.js starts no worker there: the session is recorded when it is over.
    name: 'one that was removed',
    line: 'mkdir gone; cd gone; rmdir ../gone; $wrap sh -c "sleep 0.3; echo here"; echo $?',
    prints: /here\r?\n0/,
  },
]);

conform('stdin', [
  { name: 'content', line: `printf 'one\\ntwo' | $wrap cat`, prints: 'one\ntwo' },
  { name: '10 MB', line: '$wrap sha256sum < <(print-bytes.mjs 10000000)' },
  {
    name: 'a file, and its rest for who comes next',
    line: `printf 'one\\ntwo\\n' > file; { $wrap head -c 4; cat; } < file`,
    prints: 'one\ntwo\n',
  },
  {
    name: 'a pipe that is not read, for who comes next',
    line: `printf 'one\\n' | { $wrap true; cat; }`,
    prints: 'one\n',
  },
  { name: 'at its end', line: '$wrap cat < /dev/null; echo $?', prints: '0\n' },
  {
    name: 'closed',
    line: "$wrap sh -c 'cat; echo $?' <&- 2> /dev/null | tail -1",
    streams: inPipes,
    prints: /\d\n/,
    doesNotHold: 'Node.js opens /dev/null in its place when it starts',
  },
  { name: 'a here-document', line: "$wrap cat <<'END'\nhere $HOME\nEND", prints: 'here $HOME\n' },
  {
    name: 'a pipe that is open, and ends later',
    line: '$wrap cat',
    streams: { ...inPipes, stdin: 'pipe' },
    async play(run) {
      run.write('first\n');
      await run.stdout.shows('first\n');
      run.write('second');
      await run.stdout.shows('second');
      run.endStdin();
    },
  },
  {
    name: 'typed, to its end by Ctrl-D',
    line: `$wrap sh -c 'echo ready; cat; echo the end'; echo $?`,
    streams: [inTerminal, fromTerminal],
    async play(run) {
      const output = run.output;
      await output.shows('ready');
      run.type('hello ü\r');
      await output.shows('hello ü');
      run.type('\u0004');
    },
    prints: /the end\n/,
  },
]);
