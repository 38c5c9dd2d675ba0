import { type CommandResult, controlSignals } from '../../domain/control.ts';
import { defineCommand } from '../command.ts';
import { controlOptions, controlSession } from '../control.ts';
import { sessionOperand } from '../reading-options.ts';

export const killCommand = defineCommand({
  name: 'kill',
  describe: 'End a session that runs: SIGTERM, five seconds later SIGKILL; or send it a signal',
  operands: [sessionOperand],
  options: {
    signal: { type: 'string', describe: 'Only this signal, once', choices: controlSignals },
    ...controlOptions,
  },
  examples: [
    ['ridealong kill @last', 'and wait until it is gone'],
    ['ridealong kill @last --signal INT', 'as Ctrl-C would'],
    ['ridealong run kill 4711', 'wrap the program of that name'],
  ],
  run: ({ signal, ...options }, [reference = ''], context) =>
    controlSession(
      context,
      reference,
      options,
      (ask) => ask(signal === undefined ? { command: 'kill' } : { command: 'send_signal', signal }),
      sentence,
    ),
});

function sentence(result: CommandResult): string {
  if (result.command === 'send_signal') return `SIG${result.signal} was delivered`;
  if (result.command !== 'kill') return 'done';
  const { exit_code, exit_signal } = result;
  return `it has ended: ${exit_signal ?? (exit_code === null ? 'nobody saw how' : `exit ${exit_code}`)}`;
}
