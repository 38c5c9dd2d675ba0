import { describe, expect, it } from 'vitest';
import { chooseOption } from '../../src/domain/choose-option.ts';
import type { PromptOption } from '../../src/domain/control.ts';

const choose = (options: readonly PromptOption[], answer: 'approve' | 'deny', wanted?: string) => {
  const named = { prompt_id: 1, text_hash: '', pattern: '', question: '', command: null };
  const chosen = chooseOption({ ...named, options }, answer, wanted);
  return chosen.ok ? { keys: chosen.value.keys, highlighted: chosen.value.needsHighlight } : chosen.failure.code;
};
const byKey = (keys: string) => ({ keys, highlighted: false });

/** As the interfaces of these agents show them; see test/corpus. */
const claude = [
  { key: '1', label: 'Yes' },
  { key: '2', label: 'Yes, and always allow access to /work from this project' },
  { key: '3', label: 'Yes, and switch to auto mode' },
  { key: '4', label: 'No' },
];
const codex = [
  { key: 'y', label: 'Yes, proceed' },
  { key: 'p', label: "Yes, and don't ask again for commands that start with `ls`" },
  { key: 'esc', label: 'No, and tell Codex what to do differently' },
];
const gemini = [
  { key: '1', label: 'Allow once' },
  { key: '2', label: 'Allow for this session' },
  { key: '3', label: 'No, suggest changes' },
];
const opencode = [{ label: 'Allow once' }, { label: 'Allow always' }, { label: 'Reject' }];

describe('a prompt', () => {
  it.each([
    ['claude', claude, byKey('1'), byKey('4')],
    ['codex', codex, byKey('y'), byKey('\u001b')],
    ['gemini', gemini, byKey('1'), byKey('3')],
    ['opencode', opencode, { keys: '\r', highlighted: true }, byKey('\u001b')],
    [
      'one that names keys only',
      [
        { key: 'y', label: '' },
        { key: 'N', label: 'N' },
      ],
      byKey('y'),
      byKey('N'),
    ],
  ])('of %s is granted once, or refused', (_, options, approving, denying) => {
    expect(choose(options, 'approve')).toEqual(approving);
    expect(choose(options, 'deny')).toEqual(denying);
  });

  it('is granted for longer only where that is asked for, by key or label', () => {
    expect(choose(claude.slice(1), 'approve')).toBe('unknown_option');
    expect(choose(claude, 'approve', '2')).toEqual(byKey('2'));
    expect(choose(gemini, 'approve', 'allow for THIS session')).toEqual(byKey('2'));
  });

  it('is not granted by an option that refuses, nor the reverse', () => {
    expect(choose(claude, 'approve', '4')).toBe('unknown_option');
    expect(choose(codex, 'approve', 'esc')).toBe('unknown_option');
    expect(choose(codex, 'deny', 'p')).toBe('unknown_option');
  });

  it('cannot be answered where nothing tells how', () => {
    expect(choose(opencode, 'approve', 'Allow always')).toBe('unknown_option');
    expect(choose(claude, 'approve', '7')).toBe('unknown_option');
    expect(choose([{ key: '1', label: 'Maybe' }], 'approve')).toBe('unknown_option');
  });
});
