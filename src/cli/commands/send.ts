import { maxInputBytes } from '../../domain/control.ts';
import { defineCommand } from '../command.ts';
import { controlOptions, controlSession } from '../control.ts';
import { sessionOperand } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

export const sendCommand = defineCommand({
  name: 'send',
  describe: 'Type into a session that was started with --control input',
  operands: [sessionOperand, { usage: '[text]', describe: 'What to type; standard input when absent' }],
  options: {
    'no-enter': { type: 'boolean', describe: 'Leave out the key Enter behind it' },
    ...controlOptions,
  },
  examples: [
    ['ridealong send @last "run the tests"', 'as if it was typed there, with Enter'],
    ['ridealong send @last --no-enter < keys', 'what stands in a file, as it is'],
  ],
  async run({ 'no-enter': noEnter, ...options }, [reference = '', typed], context) {
    const { terminal } = context;
    const text = typed ?? (await readText(terminal.input));
    if (text === undefined) {
      return refuse(terminal, {
        reason: 'usage',
        message: `send takes UTF-8 of at most ${maxInputBytes} bytes at once`,
      });
    }
    return controlSession(
      context,
      reference,
      options,
      (ask) => ask({ command: 'send_input', text, submit: noEnter !== true }),
      () => 'sent',
    );
  },
});

/** Undefined where it is too long, or no text. */
async function readText(input: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxInputBytes) return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return undefined;
  }
}
