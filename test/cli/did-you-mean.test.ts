import { describe, expect, it } from 'vitest';
import { didYouMean, nearest, suggestCommand } from '../../src/cli/did-you-mean.ts';

describe('nearest', () => {
  it.each([
    ['agnet', 'agent'],
    ['agen', 'agent'],
    ['AGENT', 'agent'],
    ['patern', 'patterns'],
    ['quite-different', undefined],
    ['', undefined],
  ])('to %j is %j', (word, expected) => {
    expect(nearest(word, ['agent', 'patterns', 'pty'])).toBe(expected);
  });
});

describe('didYouMean', () => {
  it('is nothing where nothing is close', () => {
    expect(didYouMean('xyz', ['agent'])).toBe('');
    expect(didYouMean('agnt', ['agent'], '--')).toBe(' (did you mean --agent?)');
  });
});

describe('suggestCommand', () => {
  it.each([
    ['sesions', 'ridealong sessions'],
    ['event', 'ridealong events'],
    ['shwo', 'ridealong show'],
    ['help', 'ridealong --help'],
    ['claude', undefined],
    ['codex', undefined],
    ['ls', undefined],
  ])('for %j is %j', (word, expected) => {
    expect(suggestCommand(word)).toBe(expected);
  });
});
