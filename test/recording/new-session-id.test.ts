import { describe, expect, it } from 'vitest';
import { isSessionId } from '../../src/recording/folder.ts';
import { newSessionId } from '../../src/recording/new-session-id.ts';

const bytes = (value: number) => new Uint8Array(16).fill(value);

describe('the id of a new session', () => {
  it('is a ULID: 48 bits of time, 80 random ones', () => {
    expect(newSessionId(1_469_918_176_385, bytes(0))).toBe(`01ARYZ6S41${'0'.repeat(16)}`);
    expect(newSessionId(2 ** 48 - 1, bytes(255))).toBe('7'.padEnd(26, 'Z'));
    expect(isSessionId(newSessionId(Date.now(), bytes(77)))).toBe(true);
  });

  it('sorts by the time of its start', () => {
    expect(newSessionId(1000, bytes(31)) < newSessionId(1001, bytes(0))).toBe(true);
  });
});
