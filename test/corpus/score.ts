import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { eventsOfCapture } from './extraction.ts';
import { readCapture } from './captures.ts';
import { goldenOfEvent, readGolden, type GoldenEvent } from './golden.ts';

/** How many of the golden events of a kind were found, and how many were found at all. */
export interface Score {
  expected: number;
  found: number;
  right: number;
}

/** What people ask for, and the types of events that tell it. */
export const kinds = {
  'tool calls': 'tool_use',
  'permission prompts': 'permission',
  errors: 'error',
  prompts: 'prompt',
  answers: 'response',
} as const;
export type Kind = keyof typeof kinds;

/** The scores of the golden files in a folder, by agent and kind. */
export function scores(corpus: string): Map<string, Record<Kind, Score>> {
  const byAgent = new Map<string, Record<Kind, Score>>();
  const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.golden.yaml')).sort()) {
    const { agent, capture, events } = readGolden(join(corpus, file));
    const taken = readCapture(capture);
    const found = eventsOfCapture(agent, taken).map((event) => goldenOfEvent(event, taken.mode === 'terminal'));
    const score = byAgent.get(agent) ?? noScores();
    byAgent.set(agent, score);
    for (const kind of Object.keys(kinds) as Kind[]) {
      const ofKind = (event: GoldenEvent) => event.type === kinds[kind];
      add(score[kind], events.filter(ofKind), found.filter(ofKind));
    }
  }
  return byAgent;
}

function noScores(): Record<Kind, Score> {
  const none = () => ({ expected: 0, found: 0, right: 0 });
  return { 'tool calls': none(), 'permission prompts': none(), errors: none(), prompts: none(), answers: none() };
}

/** An event is right when it stands in the golden file with all that it says, and once only. */
function add(score: Score, expected: readonly GoldenEvent[], found: readonly GoldenEvent[]): void {
  const open = [...expected];
  for (const event of found) {
    const index = open.findIndex((each) => isDeepStrictEqual(each, event));
    if (index === -1) continue;
    open.splice(index, 1);
    score.right += 1;
  }
  score.expected += expected.length;
  score.found += found.length;
}

/** The scores as a table for people; precision is what of the found events is right, recall what of the expected ones is found. */
export function scoreTable(byAgent: ReadonlyMap<string, Record<Kind, Score>>): string {
  const percent = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);
  const rows = [...byAgent].flatMap(([agent, score]) =>
    Object.entries(score).map(([kind, { expected, found, right }]) =>
      [agent, kind, String(expected), percent(right, found), percent(right, expected)].map((cell, column) =>
        column < 2 ? cell.padEnd(20) : cell.padStart(10),
      ),
    ),
  );
  const head = ['agent'.padEnd(20), 'kind'.padEnd(20), '    events', ' precision', '    recall'];
  return [head, ...rows].map((cells) => cells.join('')).join('\n');
}
