import { expect, it } from 'vitest';
import { eventsCommand } from '../../src/cli/commands/events.ts';
import { reindexCommand } from '../../src/cli/commands/reindex.ts';
import { showCommand } from '../../src/cli/commands/show.ts';
import { expectedValue } from '../../src/cli/expected-value.ts';
import { riskLevels } from '../../src/domain/pattern.ts';
import { verdictNames } from '../../src/domain/state.ts';

it.each([
  [['ridealong', 'show', ''], 'session'],
  [['ridealong', 'show', '01K'], 'session'],
  [['ridealong', 'show', '--'], undefined],
  [['ridealong', 'show', '01K', ''], undefined],
  [['ridealong', 'reindex', ''], 'session'],
  [['ridealong', 'reindex', '01K', '01L', ''], 'session'],
  [['ridealong', 'reindex', '01K', '--'], undefined],
  [['ridealong', 'events', ''], undefined],
  [['ridealong', 'events', '--session', ''], 'session'],
  [['ridealong', 'events', '--risk', 'h'], [...riskLevels]],
  [['ridealong', 'ev'], undefined],
  [['ridealong', '--fail-on', ''], [...verdictNames]],
  [['ridealong', 'run', '--agent', 'a', '--fail-on', 'c'], [...verdictNames]],
  [['ridealong', '--agent', ''], undefined],
])('%j is going to be %j', (typed, expected) => {
  expect(expectedValue(typed, [showCommand, eventsCommand, reindexCommand])).toEqual(expected);
});
