import { z } from '@hono/zod-openapi';
import { streams } from '../domain/chunk.ts';
import { exportFormats } from '../domain/export.ts';
import { type Cursor, type FeedFilter, feedKinds, followedKinds } from '../domain/feed.ts';
import { eventTypes, riskLevels } from '../domain/pattern.ts';
import { searchKinds } from '../domain/search.ts';
import { trendBuckets, trendGroups, trendMetrics } from '../domain/trend.ts';
import {
  durationUs,
  parseFrom,
  parseSpeed,
  type ReplayKind,
  type ReplaySpeed,
  replayKinds,
  type SeekTarget,
} from '../domain/replay.ts';

/*
 * What requests may say. The same schemas validate them and make the OpenAPI
 * document.
 */

/** Crockford's base 32, as our ids are written. */
const sessionId = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'is not a session id (a ULID)');
const agent = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'is not the name of an agent');
const pattern = z.string().min(1).max(200);
const language = z.string().max(64);
const time = z.iso.datetime({ offset: true, error: 'is not a time such as 2026-01-31T12:00:00Z' });

/** A whole number written in digits. */
const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'is not a whole number')
    .transform(Number)
    .refine((number) => number >= least && number <= most, `is not between ${least} and ${most}`)
    .openapi({ type: 'integer', minimum: least, maximum: most });
const limit = wholeNumber(1, 10_000).optional().describe('At most so many; 100 when absent');
const flag = z.enum(['true', 'false'], { error: 'takes true or false' }).transform((word) => word === 'true');
const cursor = z.string().min(1).max(200).optional().describe('What the page before has as `next`');

/** Words with commas between them, of these. */
const someOf = <Word extends string>(known: readonly Word[]) =>
  z
    .string()
    .transform((list) => list.split(','))
    .superRefine((words, context) => {
      for (const word of words) {
        if (known.some((each) => each === word)) continue;
        context.addIssue({ code: 'custom', message: `takes ${known.join(', ')} with commas between them` });
      }
    })
    .transform((words) => known.filter((each) => words.includes(each)));

export const sessionParameters = z.object({ id: sessionId });
export const agentParameters = z.object({ name: agent });
export const patternParameters = z.object({ pattern });

export const sessionsQuery = z.strictObject({
  agent: agent.optional(),
  days: wholeNumber(1, 36_500).optional().describe('Started within the last so many days'),
  active: flag.optional().describe('Only those that have not ended'),
  limit,
  cursor,
});

export const eventsQuery = z.strictObject({
  agent: agent.optional(),
  type: z.enum(eventTypes).optional(),
  pattern: pattern.optional(),
  session: sessionId.optional(),
  risk: z.enum(riskLevels).optional(),
  from: time.optional().describe('Not before'),
  to: time.optional().describe('Before'),
  limit,
  cursor,
});

export const codeBlocksQuery = z.strictObject({
  agent: agent.optional(),
  language: language.optional(),
  session: sessionId.optional(),
  limit,
  cursor,
});

export const timelineQuery = z.strictObject({
  agent: agent.optional(),
  from: time.optional().describe('Not before'),
  to: time.optional().describe('Before'),
  limit,
  cursor,
});

export const searchQuery = z.strictObject({
  q: z
    .string()
    .min(1)
    .max(500)
    .describe('Words that are all there; "several words" one behind the other; begin* for words that begin so'),
  kinds: someOf(searchKinds)
    .optional()
    .describe(`Of ${searchKinds.join(', ')}, with commas between them; all when absent`),
  agent: agent.optional(),
  session: sessionId.optional(),
  type: z.enum(eventTypes).optional().describe('Only events of this type'),
  from: time.optional().describe('Not before'),
  to: time.optional().describe('Before'),
  limit,
  cursor: cursor.pipe(
    z
      .string()
      .regex(/^\d{1,5}$/, 'is not the `next` of a page')
      .optional(),
  ),
});

export const trendsQuery = z.strictObject({
  metric: z.enum(trendMetrics).optional().describe('events when absent; sessions are those that began'),
  bucket: z.enum(trendBuckets).optional().describe('UTC, weeks from Monday; day when absent'),
  by: z.enum(trendGroups).optional().describe('One trend for each of these; one for all when absent'),
  agent: agent.optional(),
  type: z.enum(eventTypes).optional(),
  pattern: pattern.optional(),
  from: time.optional().describe('In the first bucket; 30 buckets when absent'),
  to: time.optional().describe('In the last bucket; now when absent'),
});

/** Most of a recording that one answer holds. */
export const maxLogBytes = 1024 * 1024;

export const logQuery = z.strictObject({
  stream: z.enum(streams).optional(),
  from: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().describe('Offset of the first byte'),
  to: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().describe('Offset behind the last byte'),
  raw: flag.optional().describe('The bytes as they were recorded'),
});

export const screenQuery = z.strictObject({
  at: wholeNumber(0, 1_000_000_000_000)
    .optional()
    .describe("Milliseconds after the session's start; now, or its end, when absent"),
});

export const feedQuery = z.strictObject({
  since: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('A cursor: everything behind it. 0 for all that there is; from now on when absent'),
  type: z.enum(eventTypes).optional(),
  pattern: pattern.optional(),
  risk: z.enum(riskLevels).optional(),
  agent: agent.optional(),
  session: sessionId.optional(),
  kinds: someOf(followedKinds)
    .optional()
    .describe(
      `Of ${followedKinds.join(', ')}, with commas between them; all but log when absent. ` +
        'log tells lines of running sessions as they settle: live only, no cursor leads back to them',
    ),
});

const parsedBy = <Value>(parse: (text: string) => Value | undefined, expected: string) =>
  z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });

export const exportQuery = z.strictObject({
  format: z.enum(exportFormats, { error: `takes one of ${exportFormats.join(', ')}` }),
});

export const replayQuery = z.strictObject({
  speed: parsedBy(parseSpeed, 'is not a number from 0.1 to 100, or max')
    .optional()
    .describe('0.1 to 100, or max for no waiting; 1 when absent')
    .openapi({ type: 'string' }),
  from: parsedBy(parseFrom, 'is neither a time such as 12.5s nor the id of an event')
    .optional()
    .describe('So long after the start (12.5s, 500ms, 3m), or an event by its id')
    .openapi({ type: 'string' }),
  kinds: someOf(replayKinds)
    .optional()
    .describe(`Of ${replayKinds.join(', ')}, with commas between them; all when absent`),
  idle_limit: parsedBy(durationUs, 'is not a time such as 2s or 500ms')
    .optional()
    .describe("Nothing is waited for longer than this, on the recording's clock")
    .openapi({ type: 'string' }),
});

/** How a session is to be replayed. */
export interface ReplayRequest {
  readonly speed: ReplaySpeed;
  readonly kinds: readonly ReplayKind[];
  readonly from?: SeekTarget;
  readonly idleLimitUs?: number;
}

export function replayRequestOf({ speed = 1, from, kinds, idle_limit }: z.infer<typeof replayQuery>): ReplayRequest {
  return { speed, kinds: kinds ?? replayKinds, ...present({ from, idleLimitUs: idle_limit }) };
}

/** What a subscriber wants, and from where on. */
export interface FeedRequest {
  readonly filter: FeedFilter;
  /** Whether lines of running sessions are wanted, too. */
  readonly withLines: boolean;
  readonly since?: Cursor;
}

export function feedRequestOf({ since, kinds, ...filter }: z.infer<typeof feedQuery>): FeedRequest {
  const stored = kinds && feedKinds.filter((kind) => kinds.includes(kind));
  return {
    filter: { ...present(filter), ...(stored && { kinds: stored }) },
    withLines: kinds?.includes('log') === true,
    ...(since !== undefined && { since }),
  };
}

/** The same without the members that are undefined. */
export function present<Values extends object>(
  values: Values,
): { [Name in keyof Values]: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]: Exclude<Values[Name], undefined>;
  };
}
