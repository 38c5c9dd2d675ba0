import { beforeAll, describe, expect, it } from 'vitest';
import type { FeedEntry, FeedFilter, FeedReader } from '../../src/domain/feed.ts';
import { openFeed } from '../../src/store/open-feed.ts';
import { buildProgram, startCommitting } from './fixtures/committing.ts';
import { sampleId, temporaryPaths, valueOf } from './fixtures/samples.ts';

const batches = 150;
const names = ['01PA', '01PB', '01PC'];
let program: string;

beforeAll(async () => {
  program = await buildProgram('committing-process');
});

/** Reads on from `cursor` until the writers have ended and nothing is left. */
async function follow(feed: FeedReader, filter: FeedFilter, cursor: number, ended: () => boolean, limit: number) {
  const entries: FeedEntry[] = [];
  for (;;) {
    const isLast = ended();
    const page = valueOf(feed.read({ after: cursor, filter, limit }));
    entries.push(...page.entries);
    if (isLast && page.cursor === cursor) return entries;
    cursor = page.cursor;
    await new Promise(setImmediate);
  }
}

describe('while three processes commit', () => {
  it('history and what follows it join without a gap and without a duplicate, for every reader', async () => {
    const paths = temporaryPaths();
    const started = await Promise.all(names.map((name) => startCommitting(program, paths, name, batches)));
    let running = started.length;
    const outcomes = Promise.all(started.map(({ outcome }) => outcome.finally(() => (running -= 1))));
    for (const { child } of started) child.send('go');

    const filters: FeedFilter[] = [
      {},
      { session: sampleId('01PB') },
      { kinds: ['extraction'], pattern: 'of-01PC' },
      { kinds: ['state'] },
    ];
    const ended = () => running === 0;
    const followed = await Promise.all(
      filters.map(async (filter, index) => {
        const feed = valueOf(openFeed(paths.database));
        // Those who begin at some moment have what was before from the newest entries.
        const history = valueOf(feed.newest({ filter, limit: 100_000 }));
        const live = await follow(feed, filter, history.cursor, ended, [7, 100, 1000, 1][index] ?? 1);
        feed.close();
        return [...history.entries, ...live];
      }),
    );
    expect(await outcomes).toEqual(names.map(() => 'exit 0'));

    const feed = valueOf(openFeed(paths.database));
    const [all, ofSession, ofPattern, states] = followed;
    expect(all).toHaveLength(names.length * (2 * batches + 1));
    for (const [index, filter] of filters.entries()) {
      const afterwards = await follow(feed, filter, 0, () => true, 1000);
      expect(followed[index]).toEqual(afterwards);
    }
    expect(ofSession).toHaveLength(2 * batches + 1);
    expect(ofPattern).toHaveLength(batches);
    expect(states).toHaveLength(names.length);
    feed.close();
  });
});
