import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReadChunk } from '../../src/recording/recorder.ts';
import { type ToFollower, createHandOver } from '../../src/recording/hand-over.ts';

const stallLimitMs = 1000;

function setUp() {
  const sent: ToFollower[] = [];
  const handOver = createHandOver({
    send: (message) => void sent.push(message),
    maxInFlightBytes: 100,
    stallLimitMs,
  });
  return { handOver, sent };
}

const bytes = (length: number): ReadChunk[] => [{ stream: 'stdout', timeUs: 5, bytes: Buffer.alloc(length) }];

async function isSettled(promise: Promise<void> | undefined): Promise<boolean> {
  let settled = false;
  void promise?.then(() => (settled = true));
  await Promise.resolve();
  await Promise.resolve();
  return settled;
}

describe('handing over to the follower', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('does not keep the child waiting while little is in flight', () => {
    const { handOver, sent } = setUp();
    expect(handOver.offer(bytes(100))).toBeUndefined();
    expect(sent).toHaveLength(1);
  });

  it('makes the child wait when too much is in flight, until the follower is done with some of it', async () => {
    const { handOver } = setUp();
    const wait = handOver.offer(bytes(150));
    expect(await isSettled(wait)).toBe(false);
    handOver.settled(50);
    expect(await isSettled(wait)).toBe(true);
  });

  it('lets the child go on when the follower does not answer', async () => {
    const { handOver } = setUp();
    const wait = handOver.offer(bytes(150));
    await vi.advanceTimersByTimeAsync(stallLimitMs);
    expect(await isSettled(wait)).toBe(true);
  });

  it('keeps the child waiting for a follower that gets on, however slowly', async () => {
    const { handOver } = setUp();
    const wait = handOver.offer(bytes(200));
    for (let settled = 0; settled < 99; settled += 1) {
      await vi.advanceTimersByTimeAsync(stallLimitMs - 1);
      handOver.settled(1);
    }
    expect(await isSettled(wait)).toBe(false);
    expect(handOver.hasGap).toBe(false);
    handOver.settled(1);
    expect(await isSettled(wait)).toBe(true);
    expect(handOver.hasGap).toBe(false);
  });

  it('passes unrecorded what comes after that, and tells how much it was when the follower is back', async () => {
    const { handOver, sent } = setUp();
    void handOver.offer(bytes(150));
    await vi.advanceTimersByTimeAsync(stallLimitMs);
    expect(handOver.offer(bytes(30))).toBeUndefined();
    expect(handOver.offer(bytes(12))).toBeUndefined();
    expect(sent).toHaveLength(1);
    handOver.settled(150);
    expect(sent[1]).toEqual({ kind: 'gap', stream: 'stdout', length: 42, timeUs: 5 });
    void handOver.offer(bytes(1));
    expect(sent[2]).toMatchObject({ kind: 'chunks' });
  });

  it('tells of a gap that reaches up to the end', async () => {
    const { handOver, sent } = setUp();
    void handOver.offer(bytes(150));
    await vi.advanceTimersByTimeAsync(stallLimitMs);
    void handOver.offer(bytes(30));
    handOver.end();
    expect(sent[1]).toEqual({ kind: 'gap', stream: 'stdout', length: 30, timeUs: 5 });
  });

  it('frees a waiting child when the follower has died, and sends nothing more', async () => {
    const { handOver, sent } = setUp();
    const wait = handOver.offer(bytes(150));
    handOver.abandon();
    expect(await isSettled(wait)).toBe(true);
    expect(handOver.offer(bytes(10))).toBeUndefined();
    expect(sent).toHaveLength(1);
  });
});
