import type { Stream } from './chunk.ts';

export const eventTypes = [
  'session',
  'prompt',
  'response',
  'code_block',
  'metric',
  'error',
  'file_operation',
  'state_change',
  'tool_use',
  'permission',
] as const;
export type EventType = (typeof eventTypes)[number];

export const riskLevels = ['low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof riskLevels)[number];

/** One rule of a pack, validated. */
export interface Pattern {
  readonly id: string;
  readonly type: EventType;
  /** Source of a JavaScript regular expression; named groups become metadata. */
  readonly regex: string;
  /** `i` and `u` are allowed. */
  readonly flags: string;
  readonly risk: RiskLevel;
  /** The higher wins where matches of one line overlap. */
  readonly priority: number;
  readonly autoConfirmable: boolean;
  /** Only lines of this stream, where given. */
  readonly stream?: Stream;
  /** Only lines in this section, where given; see {@link Section}. */
  readonly section?: string;
  /**
   * Literals of which a matching line contains at least one, without ASCII case; taken from the regex where absent.
   * A line feed at a literal's beginning stands for the beginning of the line.
   */
  readonly literals?: readonly string[];
  readonly execution?: Execution;
  readonly examples: { readonly match: readonly string[]; readonly noMatch: readonly string[] };
}

/**
 * A part of an agent's output that begins with a heading line, such as
 * `user` or `tokens used`, and tells how the lines below are to be read.
 */
export interface Section {
  readonly id: string;
  /** Regular expression of the whole heading line. */
  readonly begin: string;
  /** How many lines it lasts; until the next section where absent. */
  readonly lines?: number;
  /** As with {@link Pattern}. */
  readonly literals?: readonly string[];
  readonly execution?: Execution;
}

/**
 * A regex rewritten so that it matches the same with captures and all, but
 * where possible in linear time. Worked out when a pack is loaded.
 */
export interface Execution {
  readonly source: string;
  readonly flags: string;
  /** Whether V8's linear engine may run it, if it can. */
  readonly linear: boolean;
  /** Whether backtracking could take long on a short line, so that it needs a time limit where it is not linear. */
  readonly backtracks: boolean;
}

/** A file of patterns. */
export interface Pack {
  readonly name: string;
  readonly version: string;
  /** Names of the agents it applies to; `*` for any. */
  readonly agents: readonly string[];
  readonly sections: readonly Section[];
  /** A stream on which the agent repeats what it said on the other one: no second event for it. */
  readonly repeats?: Stream;
  readonly patterns: readonly Pattern[];
  /** SHA-256 of the file, in hexadecimal. */
  readonly digest: string;
}
