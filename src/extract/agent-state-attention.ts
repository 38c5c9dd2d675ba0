import type { NotificationCode } from '../domain/state.ts';

/** What a notification means for the agent's state, taken by itself. */
export type NotificationMeaning =
  /** It does something, or has done it. */
  | 'working'
  | 'done'
  /** It is at its prompt. */
  | 'prompt'
  /** It wants the user to look: because it asks, because it is done, or for whatever reason. */
  | 'asks'
  | 'finished'
  | 'calls';

/**
 * Reads the payload of an OSC sequence; undefined where it is none that tells a state.
 *
 * - 133: a shell's marks: A and B around its prompt, C before a command's output, D behind it.
 * - 9: a text to show; but `4;N` is a progress bar (0 takes it away), and other numbers are ConEmu's settings.
 * - 99: metadata, `;`, a text to show; queries and closing are no notifications.
 * - 777: only `notify;title;text` is one.
 */
export function meaningOf(code: NotificationCode, payload: string): NotificationMeaning | undefined {
  switch (code) {
    case 133:
      return shellMark(payload);
    case 9: {
      const setting = /^(\d{1,2})(?:;(\d*)|$)/.exec(payload);
      if (setting === null) return meaningOfText(payload);
      return setting[1] === '4' ? (setting[2] === '0' ? 'done' : 'working') : undefined;
    }
    case 99: {
      const [metadata = '', ...text] = payload.split(';');
      return /(?:^|:)p=(?:\?|close|alive)(?::|$)/.test(metadata) ? undefined : meaningOfText(text.join(';'));
    }
    case 777:
      return payload.startsWith('notify;') ? meaningOfText(payload.slice('notify;'.length)) : undefined;
  }
}

function shellMark(payload: string): NotificationMeaning | undefined {
  switch (payload[0]) {
    case 'A':
    case 'B':
      return 'prompt';
    case 'C':
      return 'working';
    case 'D':
      return 'done';
    default:
      return undefined;
  }
}

const asking =
  /\b(?:approv\w*|permission|confirm\w*|allow|asks?|asking|question|needs? you\w*|your input|attention)\b/i;
const finishing = /\b(?:complete[ds]?|done|finished|ready|success\w*|idle)\b/i;

function meaningOfText(text: string): NotificationMeaning {
  if (asking.test(text)) return 'asks';
  return finishing.test(text) ? 'finished' : 'calls';
}
