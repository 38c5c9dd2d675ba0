import type { Prompt, PromptOption, Refusal } from './control.ts';
import { fail, ok, type Result } from './result.ts';

/** How a prompt is answered. */
export interface Choice {
  readonly option: PromptOption;
  /** What to type. */
  readonly keys: string;
  /** Whether the keys mean this option only while nobody has moved the highlight. */
  readonly needsHighlight: boolean;
}

const granting = /^(?:y|yes|allow|approve|accept|proceed|run|confirm|continue|ok|apply)\b/i;
const refusing = /^(?:n|no|reject|deny|decline|cancel|refuse|don['’]t|do not|abort|stop|esc)\b/i;
/** What grants more than this once. */
const lasting = /\b(?:always|don['’]t ask|session|auto|remember|every|all|never)\b/i;

const ESCAPE = '\u001b';
const ENTER = '\r';

/**
 * The option by which a prompt is granted once or refused, or the one that `wanted` names by its key or label.
 *
 * Keys are those that the screen tells. Where it tells none, Enter takes what is highlighted, which is the first
 * option as long as nobody has moved it, and Escape refuses.
 */
export function chooseOption(
  { options }: Prompt,
  answer: 'approve' | 'deny',
  wanted?: string,
): Result<Choice, Refusal> {
  const [fits, contradicts] = answer === 'approve' ? [granting, refusing] : [refusing, granting];
  const option =
    wanted === undefined
      ? options.find((each) => fits.test(nameOf(each)) && !lasting.test(nameOf(each)))
      : options.find(({ key, label }) => [key, label].some((each) => each?.toLowerCase() === wanted.toLowerCase()));
  if (option === undefined) {
    return refused(wanted === undefined ? `no option of the prompt is a plain ${answer}` : `no option is "${wanted}"`);
  }
  if (contradicts.test(nameOf(option))) return refused(`"${nameOf(option)}" would not ${answer} it`);
  if (option.key !== undefined) return ok({ option, keys: keysOf(option.key), needsHighlight: false });
  if (answer === 'deny') return ok({ option, keys: ESCAPE, needsHighlight: false });
  return option === options[0]
    ? ok({ option, keys: ENTER, needsHighlight: true })
    : refused(`the screen tells no key for "${option.label}"`);
}

/** Some options are their keys. */
const nameOf = ({ key = '', label }: PromptOption) => (label === '' ? key : label);

function keysOf(key: string): string {
  const named = key.toLowerCase();
  if (named === 'esc') return ESCAPE;
  return named === 'enter' ? ENTER : key;
}

const refused = (message: string) => fail<Refusal>({ code: 'unknown_option', message });
