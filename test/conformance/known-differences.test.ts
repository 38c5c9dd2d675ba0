import { conform, inPipes, inTerminal } from './harness/conform.ts';

conform('not as without us', [
  {
    name: 'a signal that the command was started to ignore (nohup)',
    line: `trap '' TERM; $wrap sh -c 'kill -TERM $$; echo still here'`,
    doesNotHold: 'Node.js sets all signals back when it starts, and nothing tells what they were',
  },
  {
    name: 'stdout on a full disk',
    line: `$wrap sh -c 'echo lost; echo status $? >&2' > /dev/full`,
    streams: inPipes,
    doesNotHold: 'the child writes into a pipe, and learns of our error by SIGPIPE at its next write',
  },
  {
    name: 'stdout closed',
    line: `$wrap sh -c 'echo lost; echo status $? >&2' >&-`,
    streams: inPipes,
    doesNotHold: 'Node.js opens /dev/null in its place when it starts',
  },
  {
    name: 'stdout that is a file',
    line: `$wrap sh -c 'test -f /dev/stdout; echo $?' > file; cat file`,
    streams: inPipes,
    doesNotHold: 'what is to be recorded has to come through a pipe',
  },
  {
    name: 'arguments that are not UTF-8',
    line: `$wrap printf '%s' $'a\\xffb'`,
    streams: inPipes,
    doesNotHold: 'Node.js decodes its arguments',
  },
  {
    name: 'environment values that are not UTF-8',
    line: `env -i "PATH=$PATH" "HOME=$HOME" odd=$'a\\xffb' $wrap printenv odd`,
    streams: inPipes,
    doesNotHold: 'Node.js decodes its environment',
  },
  {
    name: 'the settings of stdout when stdin is a pipe',
    line: 'true | $wrap sh -c "stty -a < /dev/stdout"',
    streams: inTerminal,
    doesNotHold: 'the terminal that stands in for it leaves the translation of line feeds to the real one (-opost)',
  },
  {
    name: 'an odd state of the terminal after a failure',
    line: "$wrap sh -c 'stty -echo; exit 1'; stty -a",
    streams: inTerminal,
    doesNotHold: 'after a failure the terminal is left as it was before the command',
  },
  {
    name: 'a soft limit on open files',
    line: 'ulimit -S -n 200; $wrap sh -c "ulimit -S -n"',
    doesNotHold: 'Node.js raises it to the hard limit when it starts, and nothing tells what it was',
  },
  {
    name: 'open descriptors from 3 to 15',
    line: 'exec 7< /dev/null; $wrap test -e /proc/self/fd/7; echo $?',
    doesNotHold: 'Node.js keeps them from its children, and nothing tells them from its own',
  },
]);
