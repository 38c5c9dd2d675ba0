import type { Stream } from './chunk.ts';
import type { JsonValue } from './json.ts';
import type { Form, Frame } from './line.ts';
import type { SessionState } from './session.ts';

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
  /** No event where absent: such a pattern takes its line, and tells a state. */
  readonly type?: EventType;
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
  /** Only lines of this form, where given. */
  readonly form?: Form;
  /** Only lines that are framed so on the screen, where given; `none` for those that are not. */
  readonly frame?: Frame | 'none';
  /** The state that the agent is in when it prints such a line. */
  readonly state?: SessionState;
  /** Whether it is in that state for as long as such a line stands at the bottom of the screen, however quiet it is. */
  readonly stands?: boolean;
  /** More metadata; its fields are the regex's named groups. */
  readonly metadata?: Readonly<Record<string, Expression>>;
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
  /** Regular expression of the whole heading line. A section without one is begun by messages only. */
  readonly begin?: string;
  /** How many lines it lasts; until the next section where absent. */
  readonly lines?: number;
  /** Whether it ends at the first empty line. */
  readonly untilBlank?: boolean;
  /** Of the heading, as with {@link Pattern}. */
  readonly form?: Form;
  readonly frame?: Frame | 'none';
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

/**
 * Names of fields from the outside in, joined by dots: `message.usage.input_tokens`.
 * `*` stands for every element of a list, or every field of an object.
 * Within {@link Message.each} it starts at the element; `$.` before it leads back to the message.
 */
export type FieldPath = string;

/** What is put into an event, from the fields of a message. */
export type Expression =
  | FieldPath
  /** The first of these fields that is there. */
  | { readonly first: readonly FieldPath[] }
  /** Numbers added up, less others; fields that are not there count nothing, and undefined when none is. */
  | { readonly sum: readonly FieldPath[]; readonly minus?: readonly FieldPath[] }
  | { readonly constant: JsonValue };

/**
 * What a field must be: one of these values; there or not there; any but these, or not there.
 * A field that is null is not there. Of several fields, as behind `*`, one must be so (none, where it must not).
 */
export type Condition =
  | { readonly in: readonly JsonValue[] }
  | { readonly not: readonly JsonValue[] }
  | { readonly exists: boolean };

/**
 * One rule for the messages of a JSON stream, matched by field.
 *
 * Of rules for events of one type that match the same message (or the same
 * element of it), the first counts.
 */
export interface Message {
  readonly id: string;
  /** All must hold. */
  readonly when: Readonly<Record<FieldPath, Condition>>;
  /** One match for each element of this list (or value of this object) for which these hold. */
  readonly each?: { readonly in: FieldPath; readonly when: Readonly<Record<FieldPath, Condition>> };
  /** Type of the event; no event where absent: such a rule tells a state, a text, or that the message is known. */
  readonly type?: EventType;
  readonly risk: RiskLevel;
  readonly autoConfirmable: boolean;
  /** The matched value; the rule's id where absent or not there. */
  readonly value?: Expression;
  readonly metadata: Readonly<Record<string, Expression>>;
  /**
   * Agents repeat messages: of those with equal values in these fields only the first counts, among all rules
   * for events of the same type. One without all of these fields always counts.
   */
  readonly once?: readonly FieldPath[];
  /** Numbers in the metadata that are totals so far, by their names: the event gets what they grew by. */
  readonly cumulative: readonly string[];
  /** The field that names a tool call which begins here. */
  readonly call?: FieldPath;
  /** The field that names the tool call which ends here: its tool's name and its duration go into the metadata. */
  readonly resultOf?: FieldPath;
  /** A text whose lines are read as if printed. */
  readonly text?: MessageText;
  /** The state that the agent is in from here on; `completed` and `failed` are the stream's last word. */
  readonly state?: SessionState;
  readonly examples: { readonly match: readonly string[]; readonly noMatch: readonly string[] };
}

/**
 * A field whose text is read line by line, by the patterns for printed lines.
 *
 * Of a pack with messages these are the ones of the section, or those outside of sections where it is in none.
 * What a pattern of that section finds on the first line, with an event of the message's own type, is the
 * same fact: it is added to that event.
 */
export interface MessageText {
  readonly from: FieldPath;
  /** A section of this pack. */
  readonly section?: string;
  /** Whether it goes on in the next message of this rule, in the middle of a line if need be. */
  readonly isPart: boolean;
  /** What each line is read behind, as where it is printed: `$ ` before a command. */
  readonly before?: string;
  /**
   * Whether the text is what the message's event is about. Then it gives no other event: of what is found in it with
   * the event's type, or by a pattern of this pack, the riskiest tells what the event is. Of metadata that both
   * name the message's counts, unless the pattern is of this pack.
   */
  readonly isEvent: boolean;
}

/**
 * A question on the screen that waits for an answer, with its options.
 * Each is a regular expression for one line.
 */
export interface Question {
  readonly id: string;
  readonly question: string;
  /** Named groups: `key` (what to press), `label`. More than one per line may match. */
  readonly option: string;
  /** Of the lines around the question; named group `command`. */
  readonly command?: string;
  /** A line that says, when the question has gone, that the answer was no. */
  readonly refused?: string;
  /** How to run its regexes; worked out when a pack is loaded. */
  readonly executions: { readonly [regex in 'question' | 'option' | 'command' | 'refused']?: Execution };
  readonly risk: RiskLevel;
  readonly autoConfirmable: boolean;
  readonly examples: { readonly match: readonly string[]; readonly noMatch: readonly string[] };
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
  /** How the JSON stream that it describes is read, whichever agent speaks it. */
  readonly messages: readonly Message[];
  readonly questions: readonly Question[];
  /**
   * Whether it is there for its messages only, because the agent is another one: its patterns count in the
   * sections that its messages begin, and replace none of other packs.
   */
  readonly messagesOnly?: boolean;
  /** SHA-256 of the file, in hexadecimal. */
  readonly digest: string;
}
