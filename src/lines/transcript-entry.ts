import type { Form } from '../domain/line.ts';
import type { Wording } from './wording.ts';

/** A line that was seen on the screen, in its latest wording. */
export interface Entry {
  wording: Wording;
  /** `screen` once it was seen on an interface: programs print a little before they take the terminal over. */
  form: Form;
  /** Offset in the recording behind which it was first seen. */
  readonly offset: number;
  readonly firstSeenUs: number;
  /** Since when its text has been as it is. */
  sinceUs: number;
  isVisible: boolean;
  /** Whether it has scrolled off, so that it cannot change any more. */
  isFinal: boolean;
  /** Whether it was on the screen for long enough. */
  wasRead: boolean;
  /** Whether it is never told, and not to be found again once it is gone: part of a question, or a glimpse. */
  isUntold: boolean;
  isSettled: boolean;
}

/** What was wiped may be painted again, or in another state, for so long. */
export const goneSettleUs = 500_000;

export const isJustGone = (entry: Entry, timeUs: number) =>
  !entry.isVisible && !entry.isFinal && timeUs - entry.sinceUs < goneSettleUs;
