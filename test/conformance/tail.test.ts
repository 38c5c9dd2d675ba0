import { conform, inTerminal } from './harness/conform.ts';

conform('the last bytes before the end', [
  {
    name: '20 KB at the end, 50 times without a loss',
    line: 'for i in $(seq 50); do $wrap seq 4200; done',
    streams: inTerminal,
  },
]);
