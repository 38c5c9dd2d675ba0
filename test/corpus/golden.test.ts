import { expect, it } from 'vitest';
import type { CodeBlockRow, EventRow } from '../../src/domain/rows.ts';
import { goldenOfEvent, goldenOfRows } from './golden.ts';
import { eventsOfLines, matcherFor } from './extraction.ts';

it('says the same of events and of the rows that the store makes of them', () => {
  const events = eventsOfLines(matcherFor('codex'), [
    'codex',
    'See:',
    '```sh',
    'ls',
    '```',
    '~~~js',
    'let x;',
    '~~~',
    'tokens used',
    '290',
  ]);
  const common = {
    agent_name: 'codex',
    session_id: '01J0000000000000000000000',
    timestamp: '2026-11-20T12:00:00.000Z',
  };
  const rows = events.map(
    (event, index): EventRow => ({
      ...common,
      id: index + 1,
      event_type: event.type,
      pattern: event.pattern,
      matched_value: event.matchedValue,
      original_line: event.originalLine,
      line_number: event.lineNumber,
      metadata_json: event.metadata === undefined ? null : JSON.stringify(event.metadata),
      code_block_language: event.codeBlock?.language ?? null,
      risk_level: event.risk,
      auto_confirmable: 0,
      stream: event.stream,
      byte_offset: event.offset,
    }),
  );
  const blocks = events.flatMap(({ codeBlock }, index): CodeBlockRow[] => {
    if (codeBlock === undefined) return [];
    const { language, content, digest, lineStart, lineEnd, closed } = codeBlock;
    const place = { line_start: lineStart, line_end: lineEnd, context_json: null };
    return [{ ...common, id: index + 1, language, content, digest, ...place, parseable: closed ? 1 : 0 }];
  });

  expect(events).toHaveLength(4);
  // In any order, as a query may give them.
  expect(goldenOfRows(rows.toReversed(), blocks.toReversed())).toEqual(events.map((event) => goldenOfEvent(event)));
});
