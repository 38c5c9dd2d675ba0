import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../../domain/failure.ts';
import {
  type Cursor,
  type FeedEntry,
  type FeedFilter,
  type FeedReader,
  feedKinds,
  type FollowedKind,
  followedKinds,
  messageOf,
} from '../../domain/feed.ts';
import type { LogLine } from '../../domain/log-line.ts';
import { eventTypes, riskLevels } from '../../domain/pattern.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type CommandContext, defineCommand, withStore } from '../command.ts';
import { feedLine } from '../output/feed-text.ts';
import { printableJson } from '../../domain/printable.ts';
import { servedFeed } from '../served-feed.ts';
import { given, readingOptions, rowLimit, sessionOperand, timeRange } from '../reading-options.ts';
import { refuse, type Terminal } from '../terminal.ts';

/** How many of the last entries it begins with. */
const entriesShown = 20;
/** Entries read and printed at a time. */
const pageEntries = 500;
/** How long to wait before looking for new entries, or a server, again. */
const pauseMs = 50;

export const tailCommand = defineCommand({
  name: 'tail',
  describe: 'Print what happens in all sessions, as it happens',
  operands: [{ ...sessionOperand, usage: '[session]' }],
  options: {
    follow: { type: 'boolean', short: 'f', describe: 'Go on with what comes, until it is interrupted' },
    since: {
      type: 'string',
      describe: 'From here on: a cursor, 0 for everything, 7d, 12h, 30m ago, or an ISO date or time',
    },
    agent: readingOptions.agent,
    type: { type: 'string', choices: eventTypes, describe: 'Of the events only those of this type' },
    pattern: { type: 'string', describe: 'Of the events only those of the pattern with this id' },
    risk: { type: 'string', choices: riskLevels, describe: 'Of the events only those of this risk' },
    kinds: { type: 'string', describe: `Only these: ${feedKinds.join(',')}; and log, lines as they are printed` },
    limit: {
      type: 'string',
      describe: `Begin with so many of the last (1 to 10000) [default: ${entriesShown}]; with --since, end after so many`,
    },
    json: { type: 'boolean', describe: 'Print one JSON object per line, with the cursor behind it' },
  },
  examples: [
    ['ridealong tail --follow', 'what all agents do, live'],
    ['ridealong tail @last --since 0 --kinds state,complete', 'the states that the last session went through'],
    ['ridealong tail @last --follow --kinds log', 'what the last session prints, line by line'],
    ['ridealong tail --since 1500 --json --follow', 'for a program that goes on behind cursor 1500'],
  ],
  async run(options, [reference], context) {
    const { terminal } = context;
    const limit = rowLimit(options.limit, entriesShown);
    if (!limit.ok) return refuse(terminal, limit.failure);
    const kinds = kindsOf(options.kinds);
    if (!kinds.ok) return refuse(terminal, kinds.failure);
    const withLines = kinds.value?.includes('log') === true;
    if (withLines && options.follow !== true) {
      return refuse(
        terminal,
        usageFailure('--kinds log goes with --follow; `ridealong logs` prints what was recorded'),
      );
    }
    const since = sinceOf(options.since, context);
    if (!since.ok) return refuse(terminal, since.failure);

    return withStore(context, async (reader) => {
      const session = reference === undefined ? undefined : reader.findSession(reference);
      if (session?.ok === false) return session;
      const { openFeed } = await import('../../store/open-feed.ts');
      const feed = openFeed(context.paths.database);
      if (!feed.ok) return feed;
      const { agent, type, pattern, risk } = options;
      const stored = kinds.value?.filter((kind) => kind !== 'log');
      const chosen = { session: session?.value.session_id, agent, type, pattern, risk, kinds: stored };
      const most = since.value === undefined || options.limit !== undefined ? limit.value : Infinity;
      try {
        const tailed = await tail(feed.value, {
          filter: given(chosen),
          since: since.value,
          most,
          follows: options.follow === true,
          withLines,
          socket: join(context.paths.runtime, 'serve.sock'),
          print: printer(terminal, options.json === true),
          complain: (message) => terminal.complain(message),
        });
        return tailed.ok ? ok(0) : tailed;
      } finally {
        feed.value.close();
      }
    });
  },
});

interface Tailing {
  readonly filter: FeedFilter;
  /** A cursor, or an ISO 8601 time; undefined to begin with the last entries. */
  readonly since: Cursor | string | undefined;
  /** So many of the last entries; or with `since`, so many in all. */
  readonly most: number;
  readonly follows: boolean;
  /** Only a server tells lines. */
  readonly withLines: boolean;
  /** Where a server answers, if one does. */
  readonly socket: string;
  /** False once nobody reads any more. */
  readonly print: (told: readonly (FeedEntry | LogLine)[]) => Promise<boolean>;
  readonly complain: (message: string) => void;
}

async function tail(feed: FeedReader, tailing: Tailing): Promise<Result<void, Failure>> {
  const { filter, since, most, follows, print, complain } = tailing;
  if (since === undefined) {
    const last = feed.newest({ filter, limit: most });
    if (!last.ok) return last;
    const { entries, cursor } = last.value;
    if (entries.length === 0 && !follows) complain('nothing matches');
    const isRead = await print(entries);
    return follows && isRead ? goOn(feed, { ...tailing, most: Infinity }, cursor, Infinity) : ok(undefined);
  }
  const from = typeof since === 'number' ? ok(since) : feed.cursorAt(since);
  const latest = feed.latest();
  if (!from.ok) return from;
  return latest.ok ? goOn(feed, tailing, from.value, follows ? Infinity : latest.value) : latest;
}

/**
 * Prints what is behind `from`, up to `end`: from the store up to where it is now, and then as a server tells it, for
 * as long as one does. The cursor leads from one to the other.
 */
async function goOn(
  feed: FeedReader,
  { filter, most, follows, withLines, socket, print, complain }: Tailing,
  from: Cursor,
  end: Cursor,
): Promise<Result<void, Failure>> {
  let cursor = from;
  let left = most;
  let hasRead = false;
  let hasComplained = !withLines;
  for (;;) {
    const page = feed.read({ after: cursor, filter, limit: Math.min(pageEntries, left) });
    if (page.ok) {
      hasRead = true;
      const isRead = page.value.entries.length === 0 || (await print(page.value.entries));
      left -= page.value.entries.length;
      const isAtEnd = page.value.cursor === cursor;
      cursor = page.value.cursor;
      if (!isRead || left <= 0 || cursor >= end) return ok(undefined);
      if (!isAtEnd) continue;
      let isServed = false;
      for await (const served of follows ? servedFeed(socket, { filter, since: cursor, withLines }) : []) {
        isServed = true;
        cursor = served.cursor;
        if (served.told === undefined) continue;
        left -= 1;
        if (!(await print([served.told])) || left <= 0) return ok(undefined);
      }
      if (!isServed && !hasComplained) complain('lines are told by a server only; none runs now, it is waited for');
      hasComplained ||= !isServed;
      await sleep(pauseMs);
    } else {
      if (page.failure.reason !== 'cursor-ahead' || !hasRead) return page;
      // Another database stands in the place of the one that was read. What is in it was told already.
      const latest = feed.latest();
      if (!latest.ok) return latest;
      complain('the database was rebuilt; going on with what comes');
      cursor = latest.value;
    }
  }
}

function printer(terminal: Terminal, asJson: boolean): Tailing['print'] {
  const jsonLine = (message: object) => `${printableJson(JSON.stringify(message))}\n`;
  const lineOf = (told: FeedEntry | LogLine) =>
    asJson ? jsonLine('type' in told ? told : messageOf(told)) : feedLine(told, terminal);
  return (told) => terminal.write(told.map(lineOf).join(''));
}

/** The value of `--kinds`: names with commas between them. */
function kindsOf(text: string | undefined): Result<readonly FollowedKind[] | undefined, Failure> {
  if (text === undefined) return ok(undefined);
  const names = text.split(',').map((name) => name.trim());
  const kinds = followedKinds.filter((kind) => names.includes(kind));
  const unknown = names.find((name) => !followedKinds.some((kind) => kind === name));
  return unknown === undefined
    ? ok(kinds)
    : usage(`--kinds takes ${followedKinds.join(', ')} with commas between them, not "${unknown}"`);
}

/** The value of `--since`: a cursor, or a time as ISO 8601. */
function sinceOf(text: string | undefined, { now }: CommandContext): Result<Cursor | string | undefined, Failure> {
  if (text === undefined) return ok(undefined);
  if (/^\d{1,15}$/.test(text)) return ok(Number(text));
  const range = timeRange({ since: text }, now);
  return range.ok
    ? ok(range.value.since)
    : usage(`--since takes a cursor, 0, 7d, 12h, 30m, or an ISO date such as 2026-01-31, not "${text}"`);
}

const usageFailure = (message: string): Failure => ({ reason: 'usage', message });
const usage = (message: string) => fail(usageFailure(message));
