import type { CommandResult, Prompt } from '../../domain/control.ts';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { type AskSession, type ControlOptions, controlOptions, controlSession } from '../control.ts';
import { sessionOperand } from '../reading-options.ts';

const options = {
  option: { type: 'string', describe: 'Not the plain answer, but the option with this key or label' },
  hash: { type: 'string', describe: 'Only if the prompt has this text_hash, as its event tells it' },
  ...controlOptions,
} as const;

type AnswerOptions = ControlOptions & { readonly option?: string; readonly hash?: string };

export const approveCommand = defineCommand({
  name: 'approve',
  describe: 'Say yes, this once, to the question on the screen of a session with --control input',
  operands: [sessionOperand],
  options,
  examples: [
    ['ridealong approve @last', 'and tell what was approved'],
    ['ridealong approve @last --option 2', 'by another option, as the screen names it'],
  ],
  run: (given, [reference = ''], context) => answer('approve', given, reference, context),
});

export const denyCommand = defineCommand({
  name: 'deny',
  describe: 'Say no to the question on the screen of a session with --control input',
  operands: [sessionOperand],
  options,
  examples: [['ridealong deny @last', 'and tell what was denied']],
  run: (given, [reference = ''], context) => answer('deny', given, reference, context),
});

function answer(
  command: 'approve' | 'deny',
  { option, hash, ...rest }: AnswerOptions,
  reference: string,
  context: CommandContext,
): Promise<number> {
  let asked = '';
  return controlSession(
    context,
    reference,
    rest,
    async (ask) => {
      const prompt = await promptOn(ask, hash);
      if (!prompt.ok) return prompt;
      const { prompt_id, text_hash, question } = prompt.value;
      asked = prompt.value.command ?? question;
      return ask({ command, prompt_id, text_hash, ...(option !== undefined && { option }) });
    },
    (result) => sentence(result, asked),
  );
}

async function promptOn(ask: AskSession, hash: string | undefined): Promise<Result<Prompt, Failure>> {
  const state = await ask({ command: 'get_state' });
  if (!state.ok) return state;
  const prompt = state.value.command === 'get_state' ? state.value.prompt : null;
  if (prompt === null) return refused('no question that is known as one stands on its screen');
  return hash === undefined || hash === prompt.text_hash
    ? ok(prompt)
    : refused('another question stands on its screen');
}

function sentence(result: CommandResult, asked: string): string {
  if (result.command !== 'approve' && result.command !== 'deny') return asked;
  const still = result.has_left ? '' : ' (the question still stands there)';
  return `${result.command === 'approve' ? 'approved' : 'denied'} by "${result.option}": ${asked}${still}`;
}

const refused = (message: string) => fail<Failure>({ reason: 'command-refused', message });
