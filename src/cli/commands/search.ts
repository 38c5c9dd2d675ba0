import { setImmediate as otherWork } from 'node:timers/promises';
import { type Failure, isDamage } from '../../domain/failure.ts';
import { eventTypes } from '../../domain/pattern.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SearchKind, searchKinds, type SearchPage } from '../../domain/search.ts';
import { type CommandContext, defineCommand, withStore } from '../command.ts';
import { hitLine, lagText } from '../output/hit-text.ts';
import { json } from '../output/json.ts';
import { given, readingOptions, rowLimit, timeRange } from '../reading-options.ts';
import { refuse, type Terminal } from '../terminal.ts';

const hitsShown = 20;
/** How long to bring the index up to date before searching what is in it. */
const patienceMs = 2_000;

export const searchCommand = defineCommand({
  name: 'search',
  describe: 'Search events, code blocks and all recorded lines, the best matches first',
  operands: [
    { usage: '<words..>', describe: 'Words that are all there; "several words" one behind the other; begin*' },
  ],
  options: {
    kind: { type: 'string', describe: `Only these: ${searchKinds.join(',')}` },
    session: { type: 'string', describe: 'Only of this session: id, beginning of it, @last, @2' },
    agent: readingOptions.agent,
    type: { type: 'string', choices: eventTypes, describe: 'Only events of this type' },
    since: readingOptions.since,
    until: readingOptions.until,
    limit: { type: 'string', describe: `At most so many, the best (1 to 10000) [default: ${hitsShown}]` },
    wait: { type: 'boolean', describe: 'Wait until everything is in the index, however long that takes' },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong search "connection refused" --since 7d', 'where it was said in the last week'],
    ['ridealong search parseDuration --kind code', 'code that mentions it'],
    ["ridealong search 'migrat*' --session @last", 'words that begin so, in the last session'],
  ],
  async run(options, words, context) {
    const { terminal } = context;
    const limit = rowLimit(options.limit, hitsShown);
    if (!limit.ok) return refuse(terminal, limit.failure);
    const range = timeRange(options, context.now);
    if (!range.ok) return refuse(terminal, range.failure);
    const kinds = kindsOf(options.kind);
    if (!kinds.ok) return refuse(terminal, kinds.failure);

    return withStore(context, async (reader) => {
      const session = options.session === undefined ? undefined : reader.findSession(options.session);
      if (session?.ok === false) return session;
      const upToDate = await bringUpToDate(context, options.wait === true ? Infinity : patienceMs);
      if (!upToDate.ok) return upToDate;
      const { openSearch } = await import('../../open-search.ts');
      const search = openSearch(context.paths);
      try {
        const chosen = { session: session?.value.session_id, agent: options.agent, type: options.type };
        const filter = { ...given({ ...chosen, kinds: kinds.value }), ...range.value, limit: limit.value };
        const found = search.search({ query: words.map(quoted).join(' '), ...filter });
        if (!found.ok) return found;
        await print(found.value, terminal, options.json === true);
        return ok(0);
      } finally {
        search.close();
      }
    });
  },
});

/** What stood in the shell's quotes is a phrase. */
function quoted(word: string): string {
  return /\s/.test(word) && !word.includes('"') ? `"${word}"` : word;
}

/** What cannot be added to the index is no reason not to search what is in it, unless the store is damaged. */
async function bringUpToDate({ paths, terminal }: CommandContext, longestMs: number): Promise<Result<void, Failure>> {
  const { openSearchIndexing } = await import('../../search-indexing.ts');
  const indexing = openSearchIndexing(paths);
  const startMs = performance.now();
  try {
    while (performance.now() - startMs < longestMs) {
      const step = indexing.step();
      if (!step.ok) {
        if (isDamage(step.failure)) return step;
        terminal.complain(step.failure.message);
        break;
      }
      if (step.value === 'idle') break;
      // Ctrl-C is heard in between.
      await otherWork();
    }
    return ok(undefined);
  } finally {
    indexing.close();
  }
}

async function print(page: SearchPage, terminal: Terminal, asJson: boolean): Promise<void> {
  const { items, total, totalIsExact: total_is_exact, next, lag } = page;
  if (asJson) await terminal.write(json({ items, total, total_is_exact, next, lag }));
  else await terminal.write(items.map((hit) => hitLine(hit, terminal)).join(''));
  const behind = lagText(lag);
  if (behind !== undefined)
    terminal.complain(`not searched, because it is not in the index yet: ${behind}; --wait waits for it`);
  if (items.length === 0) terminal.complain('nothing was found');
  else if (next !== null && terminal.isTerminal && !asJson) {
    terminal.complain(
      `these are the best ${items.length} of ${total}${total_is_exact ? '' : ' or more'}; --limit shows more`,
    );
  }
}

/** The value of `--kind`: names with commas between them. */
function kindsOf(text: string | undefined): Result<readonly SearchKind[] | undefined, Failure> {
  if (text === undefined) return ok(undefined);
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !searchKinds.some((kind) => kind === name));
  if (unknown === undefined) return ok(searchKinds.filter((kind) => names.includes(kind)));
  const message = `--kind takes ${searchKinds.join(', ')} with commas between them, not "${unknown}"`;
  return fail({ reason: 'usage', message });
}
