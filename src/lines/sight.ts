import type { Form } from '../domain/line.ts';
import type { ScreenLine } from './screen-text.ts';

/** What stands on the screen at one moment, without the place to type in. */
export interface Sight {
  readonly lines: readonly ScreenLine[];
  /** Of these rows nothing can change any more. */
  readonly scrolledOff: number;
  readonly timeUs: number;
  /** Offset in the recording behind the last byte that was shown. */
  readonly offset: number;
  readonly form: Form;
  /** Whether lines may have been printed once more. */
  readonly isRepainted: boolean;
  /** Whether it is a frame that the program has announced as complete, and meant to be read. */
  readonly isWhole: boolean;
}
