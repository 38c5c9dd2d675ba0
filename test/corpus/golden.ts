import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { streams } from '../../src/domain/chunk.ts';
import type { CodeBlock, Event } from '../../src/domain/event.ts';
import type { JsonValue } from '../../src/domain/json.ts';
import { eventTypes, riskLevels } from '../../src/domain/pattern.ts';
import type { CodeBlockRow, EventRow } from '../../src/domain/rows.ts';

const json = z.json();

const goldenEvent = z.strictObject({
  stream: z.enum(streams),
  /** Not told of lines on a screen: their numbers depend on what else was painted in between. */
  line: z.int().optional(),
  type: z.enum(eventTypes),
  pattern: z.string(),
  risk: z.enum(riskLevels),
  value: z.string(),
  metadata: z.record(z.string(), json).optional(),
  code: z
    .strictObject({
      language: z.string(),
      /** The first and the last one of its content. */
      lines: z.tuple([z.int(), z.int()]),
      closed: z.boolean(),
      content: z.string(),
    })
    .optional(),
});

const goldenFile = z.strictObject({
  /** Folder of the capture, below the captures' own. */
  capture: z.string(),
  agent: z.string(),
  events: z.array(goldenEvent),
});

/** What a golden file says of one event: what it is and where it stands, but not when it was seen. */
export type GoldenEvent = z.infer<typeof goldenEvent>;
/** The events that a capture must give, in the order in which they are found. */
export type Golden = z.infer<typeof goldenFile>;

export function readGolden(file: string | URL): Golden {
  return goldenFile.parse(parse(readFileSync(file, 'utf8')));
}

/** How long a tool took is told by the recording's clock where the agent does not tell it, and is not compared. */
function withoutClock(metadata: Readonly<Record<string, JsonValue>> = {}): Pick<GoldenEvent, 'metadata'> {
  const isOfTool = 'gen_ai.tool.call.id' in metadata;
  const rest = Object.entries(metadata).filter(([name]) => !isOfTool || name !== 'duration_ms');
  return rest.length === 0 ? {} : { metadata: z.record(z.string(), json).parse(Object.fromEntries(rest)) };
}

export function goldenOfEvent(event: Event, isOnScreen = false): GoldenEvent {
  const { stream, lineNumber, type, pattern, risk, matchedValue, metadata, codeBlock } = event;
  return goldenEvent.parse({
    stream,
    ...(!isOnScreen && { line: lineNumber }),
    type,
    pattern,
    risk,
    value: matchedValue,
    ...withoutClock(metadata),
    ...(codeBlock && { code: goldenOfCodeBlock(codeBlock) }),
  });
}

function goldenOfCodeBlock({ language, lineStart, lineEnd, closed, content }: CodeBlock) {
  return { language, lines: [lineStart, lineEnd], closed, content };
}

/** What the store gives back of one session, to be compared with a golden file. */
export function goldenOfRows(
  rows: readonly EventRow[],
  codeBlocks: readonly CodeBlockRow[],
  isOnScreen = false,
): GoldenEvent[] {
  const blocks = [...codeBlocks].sort((a, b) => a.id - b.id);
  return [...rows]
    .sort((a, b) => a.id - b.id)
    .map((row) => {
      // Event and block are stored together, so the blocks come in the order of their events.
      const block = row.event_type === 'code_block' ? blocks.shift() : undefined;
      return goldenEvent.parse({
        stream: row.stream,
        ...(!isOnScreen && { line: row.line_number }),
        type: row.event_type,
        pattern: row.pattern,
        risk: row.risk_level,
        value: row.matched_value,
        ...withoutClock(
          row.metadata_json === null ? undefined : z.record(z.string(), json).parse(JSON.parse(row.metadata_json)),
        ),
        ...(block && { code: goldenOfCodeBlockRow(block) }),
      });
    });
}

function goldenOfCodeBlockRow({ language, line_start, line_end, parseable, content }: CodeBlockRow) {
  return { language, lines: [line_start, line_end], closed: parseable === 1, content };
}
