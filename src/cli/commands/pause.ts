import { defineCommand } from '../command.ts';
import { controlOptions, controlSession } from '../control.ts';
import { sessionOperand } from '../reading-options.ts';

export const pauseCommand = defineCommand({
  name: 'pause',
  describe: 'Stop a session that runs, until it is resumed',
  operands: [sessionOperand],
  options: controlOptions,
  examples: [['ridealong pause @last', 'stop all its processes']],
  run: (options, [reference = ''], context) =>
    controlSession(
      context,
      reference,
      options,
      (ask) => ask({ command: 'pause' }),
      () => 'paused',
    ),
});

export const resumeCommand = defineCommand({
  name: 'resume',
  describe: 'Let a paused session go on',
  operands: [sessionOperand],
  options: controlOptions,
  examples: [['ridealong resume @last', 'let it go on']],
  run: (options, [reference = ''], context) =>
    controlSession(
      context,
      reference,
      options,
      (ask) => ask({ command: 'resume' }),
      () => 'resumed',
    ),
});
