import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scores, scoreTable, shareOf } from './score.ts';

const all = scores(fileURLToPath(new URL('../../..', import.meta.url)), 2000);
const told = (name: keyof typeof all) => `${scoreTable([all[name]])}\n${all[name].misses.slice(0, 20).join('\n')}`;

describe('on the generated corpus, redaction', () => {
  it('finds at least 99 % of tokens of known formats', () => {
    expect(shareOf(all.tokens), told('tokens')).toBeGreaterThanOrEqual(0.99);
  });

  it('finds at least 90 % of assigned secrets', () => {
    expect(shareOf(all.assignments), told('assignments')).toBeGreaterThanOrEqual(0.9);
  });

  it('alters at most 1 % of clean lines', () => {
    expect(shareOf(all.generated), told('generated')).toBeLessThanOrEqual(0.01);
    expect(shareOf(all.code), told('code')).toBeLessThanOrEqual(0.01);
  });
});
