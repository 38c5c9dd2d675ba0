/** The screen of a terminal at one moment, from which what follows can be shown without what was before. */
export interface Keyframe {
  /** Microseconds since the session started: when the last byte before it was read, or the one behind it. */
  readonly timeUs: number;
  /** How many bytes of stdout's recording are before it. */
  readonly offset: number;
  readonly columns: number;
  readonly rows: number;
  /** What a new terminal of this size has to be written to look and to go on like it; without what has scrolled off. */
  readonly screen: string;
}
