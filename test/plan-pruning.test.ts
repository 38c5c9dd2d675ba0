import { describe, expect, it } from 'vitest';
import { defaultRetention, type PrunableSession, type Retention } from '../src/domain/retention.ts';
import { planPruning, type PruningChoice } from '../src/plan-pruning.ts';

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 0, 1);
const nothingInDatabase = { bytes: 0, events: 0 };
const unlimited: Retention = {
  maxAgeDays: Infinity,
  recordingsMaxAgeDays: Infinity,
  maxTotalBytes: Infinity,
  agents: {},
};

function aged(sessionId: string, days: number, changes: Partial<PrunableSession> = {}): PrunableSession {
  return {
    sessionId,
    agent: 'codex',
    keptSinceMs: nowMs - days * dayMs,
    events: 10,
    recordingBytes: 100,
    hasRecording: true,
    isPacked: false,
    ...changes,
  };
}

function plan(
  sessions: readonly PrunableSession[],
  retention: Partial<Retention>,
  { use = nothingInDatabase, ...choice }: Partial<PruningChoice> & { use?: { bytes: number; events: number } } = {},
) {
  const pruned = planPruning(sessions, use, { nowMs, ...choice, retention: { ...unlimited, ...retention } });
  return pruned.map(({ session, what, because }) => `${session.sessionId} ${what} ${because}`);
}

describe('what is to be pruned', () => {
  it('are sessions beyond the age, by default 90 days, and nothing on the day itself', () => {
    const sessions = [aged('a', 91), aged('b', 90), aged('c', 1)];
    expect(plan(sessions, defaultRetention)).toEqual(['a session age']);
  });

  it('are recordings before events', () => {
    const sessions = [aged('a', 91), aged('b', 31), aged('c', 30)];
    expect(plan(sessions, { maxAgeDays: 90, recordingsMaxAgeDays: 30 })).toEqual(['a session age', 'b recording age']);
  });

  it('is not a recording that is gone already', () => {
    expect(plan([aged('a', 31, { hasRecording: false })], { recordingsMaxAgeDays: 30 })).toEqual([]);
  });

  it('is for each agent what it has of its own, and else what counts for all', () => {
    const sessions = [aged('a', 50, { agent: 'claude' }), aged('b', 50), aged('c', 8)];
    const agents = { codex: { recordingsMaxAgeDays: 7 }, claude: { maxAgeDays: Infinity } };
    expect(plan(sessions, { maxAgeDays: 40, agents })).toEqual(['b session age', 'c recording age']);
  });

  it('are the oldest recordings while all is too much, and then the oldest sessions', () => {
    const sessions = [aged('a', 3), aged('b', 2), aged('c', 1)];
    const use = { bytes: 300, events: 30 };
    expect(plan(sessions, { maxTotalBytes: 600 }, { use })).toEqual([]);
    expect(plan(sessions, { maxTotalBytes: 599 }, { use })).toEqual(['a recording size']);
    expect(plan(sessions, { maxTotalBytes: 400 }, { use })).toEqual(['a recording size', 'b recording size']);
    expect(plan(sessions, { maxTotalBytes: 250 }, { use })).toEqual([
      'a session size',
      'b recording size',
      'c recording size',
    ]);
    expect(plan(sessions, { maxTotalBytes: 250 }, { use, recordingsOnly: true })).toEqual([
      'a recording size',
      'b recording size',
      'c recording size',
    ]);
  });

  it('counts what goes by its age before it looks at the size', () => {
    const sessions = [aged('a', 100), aged('b', 2), aged('c', 1)];
    expect(plan(sessions, { maxAgeDays: 90, maxTotalBytes: 200 })).toEqual(['a session age']);
  });

  it('keeps an agent within its own size, whatever the others have', () => {
    const sessions = [aged('a', 3), aged('b', 2, { agent: 'claude' }), aged('c', 1)];
    expect(plan(sessions, { agents: { codex: { maxTotalBytes: 150 } } })).toEqual(['a recording size']);
  });

  it('is of one agent only when that is asked', () => {
    const sessions = [aged('a', 100, { agent: 'claude' }), aged('b', 100)];
    expect(plan(sessions, { maxAgeDays: 90 }, { agent: 'codex' })).toEqual(['b session age']);
    expect(plan(sessions, { maxTotalBytes: 100 }, { agent: 'codex' })).toEqual(['b recording size']);
  });

  it('are recordings only when that is asked', () => {
    expect(plan([aged('a', 100)], { maxAgeDays: 90 }, { recordingsOnly: true })).toEqual(['a recording age']);
  });
});
