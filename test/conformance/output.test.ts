import { type Streams, conform, inBoth, inPipes } from './harness/conform.ts';

const fromTerminal: Streams = { ...inPipes, stdin: 'terminal' };

conform('output', [
  { name: 'nothing', line: '$wrap true', ends: { code: 0 } },
  { name: 'all byte values', line: '$wrap all-bytes.sh' },
  { name: 'all byte values on stderr', line: "$wrap sh -c 'all-bytes.sh >&2'" },
  { name: 'a megabyte of all byte values', line: '$wrap print-bytes.mjs 1000000' },
  { name: '100 MB', line: '$wrap print-bytes.mjs 100000000', streams: inPipes },
  { name: '100 MB through a pipeline', line: '$wrap print-bytes.mjs 100000000 | sha256sum', streams: fromTerminal },
  { name: 'no line feed at the end', line: "$wrap printf 'one\\ntwo'", prints: /one\ntwo$/ },
  { name: 'UTF-8, one byte per write', line: '$wrap print-split.mjs "a ö 日本 👩‍💻 z"', prints: 'a ö 日本 👩‍💻 z' },
  { name: 'invalid UTF-8', line: "$wrap printf 'a\\377\\303b\\n'" },
  {
    name: 'escape sequences and queries',
    line: "$wrap printf '\\033[31mred\\033[m\\033[c\\033]10;?\\007\\033[?2026$p\\n'",
  },
  { name: 'carriage returns and tabs', line: "$wrap printf '10%%\\r20%%\\r\\n\\ta\\bb\\n'" },
  {
    name: 'the order of stdout and stderr in one pipe',
    line: "$wrap sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo o$i; echo e$i >&2; done' 2>&1",
    prints: /o1\ne1\no2\ne2/,
  },
  {
    name: 'the order of stdout and stderr in one file',
    line: "$wrap sh -c 'for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done' > file 2>&1; cat file",
    prints: /o1\ne1\no2\ne2/,
  },
  {
    name: 'stdout and stderr apart',
    line: "$wrap sh -c 'echo out; echo err >&2' 2> errors; echo; cat errors",
    prints: 'out\n\nerr\n',
  },
  { name: 'appending to a file', line: 'echo one > file; $wrap echo two >> file; cat file', prints: 'one\ntwo\n' },
  {
    name: 'writing to /dev/stdout',
    line: "$wrap sh -c 'echo x > /dev/stdout; echo y > /dev/stderr; echo $?'",
    prints: 'x\n',
  },
  { name: 'stdout into /dev/null', line: '$wrap print-bytes.mjs 1000000 > /dev/null', streams: inBoth },
  {
    name: '65,537 bytes and an end at once, against a slow reader',
    line: '$wrap print-bytes.mjs 65537 | slow-reader.mjs',
    prints: /^65537 /,
  },
  {
    name: '1 MB and an end at once, against a slow reader',
    line: '$wrap print-bytes.mjs 1000000 | slow-reader.mjs',
    prints: /^1000000 /,
    streams: inPipes,
  },
  { name: 'a reader that goes away', line: '$wrap yes | head -1; echo "${PIPESTATUS[@]}"', prints: 'y\n141 0\n' },
  {
    name: 'a reader that goes away from stderr',
    line: "$wrap sh -c 'yes >&2' 2>&1 > /dev/null | head -1; echo ${PIPESTATUS[@]}",
    prints: 'y\n141 0\n',
  },
  {
    name: 'a reader that goes away from a program that ignores SIGPIPE',
    line: `$wrap sh -c 'trap "" PIPE; yes; echo status $? >&2' | head -1`,
    prints: /status 1\n/,
  },
]);
