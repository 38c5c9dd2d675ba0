import { limits } from '../domain/config.ts';

/** What a pattern that is over its budget may still take per line on average: far more than any sane one does. */
const maxMsPerLine = 1;

/** A pattern that was taken out of a session, because it would hold up all others. */
export interface DisabledPattern {
  readonly pattern: string;
  readonly reason: 'budget' | 'timeout';
  readonly spentMs: number;
}

/** Keeps account of the time that each pattern takes in one session. */
export interface SessionBudget {
  isDisabled(pattern: string): boolean;
  /** Counts the time that a pattern took for one line. */
  spend(pattern: string, ms: number, outcome: 'ended' | 'took-too-long'): void;
  disabled(): readonly DisabledPattern[];
}

export function createSessionBudget(): SessionBudget {
  const accounts = new Map<string, { spentMs: number; lines: number }>();
  const disabled = new Map<string, DisabledPattern>();
  return {
    isDisabled: (pattern) => disabled.has(pattern),
    spend(pattern, ms, outcome) {
      let account = accounts.get(pattern);
      if (account === undefined) {
        account = { spentMs: 0, lines: 0 };
        accounts.set(pattern, account);
      }
      account.spentMs += ms;
      account.lines += 1;
      const { spentMs, lines } = account;
      const isOver = spentMs > limits.patternBudgetMs && spentMs > lines * maxMsPerLine;
      if (outcome === 'took-too-long') disabled.set(pattern, { pattern, reason: 'timeout', spentMs });
      else if (isOver) disabled.set(pattern, { pattern, reason: 'budget', spentMs });
    },
    disabled: () => [...disabled.values()],
  };
}
