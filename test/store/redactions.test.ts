import { beforeEach, describe, expect, it } from 'vitest';
import type { RedactionCounts } from '../../src/domain/session.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openReplacer } from '../../src/store/open-replacer.ts';
import { openStore } from '../../src/store/open-store.ts';
import { sampleSession, temporaryPaths, valueOf } from './fixtures/samples.ts';

const session = sampleSession();
const nowhere = { stdout: 0, stderr: 0 };
const end = {
  endedAt: '2025-06-01T12:05:00.000Z',
  ending: { kind: 'exited', code: 0 },
  gapBytes: nowhere,
} as const;
let paths: ReturnType<typeof temporaryPaths>;

beforeEach(() => {
  paths = temporaryPaths();
});

function commit(batches: readonly (RedactionCounts | undefined)[]) {
  const store = valueOf(openStore(paths));
  valueOf(store.addSession(session));
  for (const [index, redactions] of batches.entries()) {
    const isLast = index === batches.length - 1;
    const batch = { events: [], from: nowhere, to: nowhere, lines: 0, ...(redactions && { redactions }) };
    valueOf(store.commit(session.id, { ...batch, ...(isLast && { end }) }));
  }
  store.close();
}

function counted() {
  const reader = valueOf(openReader(paths.database));
  const { redactions } = valueOf(reader.summary(session.id));
  reader.close();
  return redactions;
}

describe('what was masked in a session', () => {
  it('is added up by rule, the most frequent first', () => {
    commit([{ github: 1, email: 2 }, undefined, { github: 3 }]);
    expect(counted()).toEqual([
      { rule: 'github', count: 4 },
      { rule: 'email', count: 2 },
    ]);
  });

  it('stays counted when the session is extracted anew, as it is masked already', () => {
    commit([{ github: 1 }]);
    const replacer = valueOf(openReplacer(paths));
    valueOf(replacer.begin(session.id));
    valueOf(
      replacer.commit(session.id, { events: [], from: nowhere, to: nowhere, lines: 0, redactions: { jwt: 1 }, end }),
    );
    valueOf(replacer.replace(session));
    replacer.close();
    expect(counted()).toEqual([
      { rule: 'github', count: 1 },
      { rule: 'jwt', count: 1 },
    ]);
  });
});
