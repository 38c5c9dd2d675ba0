import type { Frame } from '../domain/line.ts';

/** What a line says, and what of it tells it from other lines. The forms of its text are worked out when first asked for. */
export class Wording {
  readonly text: string;
  readonly frame?: Frame;
  #framed: string | undefined;
  #unspaced: string | undefined;
  #letters: string | undefined;
  #steady: string | undefined;
  #bare: string | undefined;

  constructor(text: string, frame?: Frame) {
    this.text = text;
    if (frame) this.frame = frame;
  }

  /** A line in a frame is another one than the same text without it. */
  get framed(): string {
    return (this.#framed ??= `${this.frame ?? ''}│${this.text.trim()}`);
  }

  /** Without spaces: a line is recognized by it when it was wrapped otherwise. */
  get unspaced(): string {
    return (this.#unspaced ??= withoutSpaces(this.text));
  }

  /** Letters and digits: a line is recognized by them while it grows. */
  get letters(): string {
    return (this.#letters ??= this.text.replace(/[^\p{L}\p{N}]+/gu, ''));
  }

  /** Without what blinks and turns: symbols in front, and spaces. */
  get steady(): string {
    return (this.#steady ??= withoutSpaces(this.text.replace(/^[^\p{L}\p{N}$/~"'`([{<]+/u, '')));
  }

  /** Without what counts, either. */
  get bare(): string {
    return (this.#bare ??= this.steady.replace(/\d+/g, '0'));
  }

  /**
   * Whether this is the other one continued; marks like `**` come and go while a text is being written.
   * One with another number at its end is another one.
   */
  continues({ letters }: Wording): boolean {
    return letters !== '' && this.letters.startsWith(letters) && !/^\d\d/.test(this.letters.slice(letters.length - 1));
  }
}

const withoutSpaces = (text: string) => text.replace(/\s+/g, '');
