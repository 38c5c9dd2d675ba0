import { z } from 'zod';
import { streams } from '../domain/chunk.ts';
import { forms, frames } from '../domain/line.ts';
import { eventTypes, riskLevels } from '../domain/pattern.ts';
import { sessionStates } from '../domain/session.ts';

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'must consist of lower case letters, digits, `_`, `-` and `.` (at most 64)');
const line = z
  .string()
  .min(1, 'must not be empty')
  .regex(/^[^\n]*$/, 'must be a single line');

export const sectionSchema = z.strictObject({
  id: id.meta({ description: 'Name that patterns refer to with `section`.' }),
  begin: line.optional().meta({
    description: 'Regular expression of the heading line, from `^` to `$`; without one, messages begin the section.',
  }),
  lines: z.int().min(1).optional().meta({
    description: 'How many lines below the heading belong to the section; until the next heading where absent.',
  }),
  until_blank: z.boolean().optional().meta({ description: 'Whether the section ends at the first empty line.' }),
  form: z.enum(forms).optional().meta({ description: 'Its heading is only such a line.' }),
  frame: z
    .enum([...frames, 'none'])
    .optional()
    .meta({ description: 'Its heading is only a line in such a frame.' }),
});

const type = z.enum(eventTypes).exclude(['code_block']);
const state = z.enum(sessionStates);
const seenWith = z
  .array(z.string())
  .optional()
  .meta({ description: 'Versions of the agent that were seen to print such lines.' });
const exampleLine = z.string().regex(/^[^\n]*$/, 'must be a single line');
const examples = z.strictObject({
  match: z.array(line).min(1, 'at least one example is needed'),
  no_match: z.array(exampleLine).min(1, 'at least one example is needed'),
});

const path = z
  .string()
  .regex(/^(?:\$\.)?[^.\s]+(?:\.[^.\s]+)*$/, 'must be names of fields, joined by dots')
  .meta({
    description: 'Names of fields from the outside in, joined by dots; `*` for any; `$.` begins at the message.',
  });
const paths = z.array(path).min(1);

const expressionSchema = z
  .union(
    [
      path,
      z.strictObject({ first: paths }),
      z.strictObject({ sum: paths, minus: paths.optional() }),
      z.strictObject({ constant: z.json() }),
    ],
    { error: 'must be a path, or {first: […]}, {sum: […], minus: […]} or {constant: …}' },
  )
  .meta({ description: 'A field; the first that is there; numbers added up, less others; or always the same.' });
const metadata = z.record(z.string().min(1), expressionSchema);

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const values = z.union([scalar, z.array(scalar).min(1)]);
const conditionSchema = z.union([values, z.strictObject({ not: values }), z.strictObject({ exists: z.boolean() })], {
  error: 'must be a value, a list of values, {not: …} or {exists: true or false}',
});
const conditions = z
  .record(path, conditionSchema)
  .refine((when) => Object.keys(when).length > 0, 'must not be empty')
  .meta({ description: 'What fields must be; all must hold.' });

export const patternSchema = z.strictObject({
  id: id.meta({ description: 'Unique in its file. A pattern of a later pack replaces one with the same id.' }),
  type: type.optional().meta({
    description:
      'Type of the event that a match becomes; no event where absent, but its line is taken. Code blocks are found without a pattern.',
  }),
  regex: line.meta({
    description:
      'JavaScript regular expression, searched in each line. Named groups become metadata; the one named `value` becomes the matched value.',
  }),
  flags: z
    .string()
    .regex(/^(|i|u|iu|ui)$/, 'only `i` (any case) and `u` (Unicode) are allowed, each once')
    .default('')
    .meta({ description: '`i` (any case) and `u` (Unicode).' }),
  section: id.optional().meta({ description: 'Only lines in this section of the same file.' }),
  stream: z.enum(streams).optional().meta({ description: 'Only lines of this stream.' }),
  form: z.enum(forms).optional().meta({ description: 'Only lines that are printed, or that a screen showed.' }),
  frame: z
    .enum([...frames, 'none'])
    .optional()
    .meta({ description: 'Only lines in such a frame on the screen, or in none.' }),
  state: state.optional().meta({ description: 'The state that the agent is in when it prints such a line.' }),
  stands: z.boolean().optional().meta({
    description:
      'Whether the agent is at work for as long as such a line stands at the bottom of the screen, however quiet it is: with `form: screen` and `state: working`.',
  }),
  metadata: metadata.optional().meta({
    description: 'More metadata, from the named groups; groups that stand here do not stand under their own names.',
  }),
  risk: z.enum(riskLevels).default('low'),
  priority: z.int().default(50).meta({ description: 'The higher wins where matches of one line overlap.' }),
  auto_confirmable: z.boolean().default(false),
  literal: z
    .array(line)
    .min(1)
    .optional()
    .meta({ description: 'Texts of which each matching line has at least one; found from the regex where absent.' }),
  seen_with: seenWith,
  examples: examples.meta({
    description: 'Lines that must match and lines that must not; checked when the pack is loaded.',
  }),
});

export const eachSchema = z.strictObject({ in: path, when: conditions });
export const textSchema = z.strictObject({
  from: path.meta({ description: 'The field with the text.' }),
  section: id.optional().meta({ description: 'The section of this file that its lines are read in.' }),
  is_part: z.boolean().default(false).meta({
    description: 'Whether it goes on in the next such message, in the middle of a line if need be.',
  }),
  before: z.string().min(1).optional().meta({ description: 'What each line is read behind: `$ ` for a command.' }),
  is_event: z.boolean().default(false).meta({
    description: 'Whether it is what the event is about: no other event then, but the riskiest match names it.',
  }),
});

export const messageSchema = z.strictObject({
  id: id.meta({ description: 'Unique in its file, also among patterns.' }),
  when: conditions,
  each: eachSchema.optional().meta({ description: 'One match for each element of this list for which these hold.' }),
  type: type.optional().meta({
    description: 'Type of the event; no event where absent. Of rules of one type the first that matches counts.',
  }),
  risk: z.enum(riskLevels).default('low'),
  auto_confirmable: z.boolean().default(false),
  value: expressionSchema.optional().meta({ description: 'The matched value; the id where absent or not there.' }),
  metadata: metadata.default({}),
  once: paths.optional().meta({
    description: 'Of messages with equal values in these fields, for events of one type, only the first counts.',
  }),
  cumulative: z.array(z.string()).default([]).meta({
    description: 'Metadata that are totals so far, by their names: the event gets what they grew by.',
  }),
  call: path.optional().meta({ description: 'The field that names the tool call which begins here.' }),
  result_of: path.optional().meta({
    description: 'The field that names the tool call which ends here; adds the tool and `duration_ms`.',
  }),
  text: textSchema.optional().meta({ description: 'A text whose lines are read as if printed.' }),
  state: state.optional().meta({ description: 'The state that the agent is in from here on.' }),
  seen_with: seenWith,
  examples: examples.meta({
    description: 'Whole JSON lines that must match and that must not; checked when the pack is loaded.',
  }),
});

export const questionSchema = z.strictObject({
  id,
  question: line.meta({ description: 'Regular expression of the line with the question.' }),
  option: line.meta({ description: 'Regular expression of the options; named groups `key` and `label`.' }),
  command: line.optional().meta({ description: 'Regular expression of what is asked about; named group `command`.' }),
  refused: line.optional().meta({ description: 'Regular expression of a line that says that the answer was no.' }),
  risk: z.enum(riskLevels).default('medium'),
  auto_confirmable: z.boolean().default(false),
  seen_with: seenWith,
  examples: examples.meta({ description: 'Lines that are the question and lines that are not.' }),
});

/** A file of patterns, as a user writes it. */
export const packSchema = z.strictObject({
  name: id,
  version: z.string().min(1),
  agents: z.array(z.string().min(1)).min(1).meta({ description: 'Names of the agents it applies to; `*` for any.' }),
  repeats: z.enum(streams).optional().meta({
    description: 'A stream on which the agent repeats what it said on the other one: no second event for it.',
  }),
  sections: z.array(sectionSchema).default([]),
  patterns: z.array(patternSchema),
  messages: z.array(messageSchema).default([]).meta({
    description: 'How its JSON stream is read, one message per line, whichever agent speaks it.',
  }),
  questions: z.array(questionSchema).default([]).meta({
    description: 'Questions on the screen that wait for an answer.',
  }),
});

export type PatternFile = z.infer<typeof packSchema>;
export type PatternEntry = z.infer<typeof patternSchema>;
export type MessageEntry = z.infer<typeof messageSchema>;
export type QuestionEntry = z.infer<typeof questionSchema>;
export type ConditionEntry = z.infer<typeof conditionSchema>;
export type SectionEntry = z.infer<typeof sectionSchema>;

/** The JSON Schema of a pack file, for editors: `# yaml-language-server: $schema=…`. */
export function packJsonSchema(): Record<string, unknown> {
  return { title: 'Ridealong pattern pack', ...z.toJSONSchema(packSchema, { io: 'input' }) };
}
