import { z } from 'zod';
import { streams } from '../domain/chunk.ts';
import { eventTypes, riskLevels } from '../domain/pattern.ts';

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'must consist of lower case letters, digits, `_`, `-` and `.` (at most 64)');
const line = z
  .string()
  .min(1, 'must not be empty')
  .regex(/^[^\n]*$/, 'must be a single line');

export const sectionSchema = z.strictObject({
  id: id.meta({ description: 'Name that patterns refer to with `section`.' }),
  begin: line.meta({ description: 'Regular expression of the heading line, from `^` to `$`.' }),
  lines: z.int().min(1).optional().meta({
    description: 'How many lines below the heading belong to the section; until the next heading where absent.',
  }),
});

export const patternSchema = z.strictObject({
  id: id.meta({ description: 'Unique in its file. A pattern of a later pack replaces one with the same id.' }),
  type: z
    .enum(eventTypes)
    .exclude(['code_block'])
    .meta({ description: 'Type of the event that a match becomes. Code blocks are found without a pattern.' }),
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
  risk: z.enum(riskLevels).default('low'),
  priority: z.int().default(50).meta({ description: 'The higher wins where matches of one line overlap.' }),
  auto_confirmable: z.boolean().default(false),
  literal: z
    .array(line)
    .min(1)
    .optional()
    .meta({ description: 'Texts of which each matching line has at least one; found from the regex where absent.' }),
  seen_with: z.array(z.string()).optional().meta({ description: 'Versions of the agent that print such lines.' }),
  examples: z
    .strictObject({
      match: z.array(line).min(1, 'at least one example is needed'),
      no_match: z.array(z.string().regex(/^[^\n]*$/, 'must be a single line')).min(1, 'at least one example is needed'),
    })
    .meta({ description: 'Lines that must match and lines that must not; checked when the pack is loaded.' }),
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
});

export type PatternFile = z.infer<typeof packSchema>;
export type PatternEntry = z.infer<typeof patternSchema>;
export type SectionEntry = z.infer<typeof sectionSchema>;

/** The JSON Schema of a pack file, for editors: `# yaml-language-server: $schema=…`. */
export function packJsonSchema(): Record<string, unknown> {
  return { title: 'Ridealong pattern pack', ...z.toJSONSchema(packSchema, { io: 'input' }) };
}
