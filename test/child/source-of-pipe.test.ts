import { closeSync, existsSync, fstatSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { posix } from '../../src/child/posix.ts';
import { sourceOfPipe } from '../../src/child/source-of-pipe.ts';

function openSource(pipe = posix.pipe()) {
  const [readEnd, writeEnd] = pipe;
  const source = sourceOfPipe(readEnd);
  const chunks: Buffer[] = [];
  let ends = 0;
  source.start(
    (bytes) => chunks.push(bytes),
    () => (ends += 1),
  );
  return { source, readEnd, writeEnd, chunks, text: () => Buffer.concat(chunks).toString(), ends: () => ends };
}

describe('a pipe', () => {
  it('is read to its end, which comes once, and closed', async () => {
    const { readEnd, writeEnd, text, ends } = openSource();
    writeSync(writeEnd, 'all of it');
    closeSync(writeEnd);
    await vi.waitUntil(() => ends() > 0);
    expect(text()).toBe('all of it');
    expect(() => fstatSync(readEnd)).toThrow('EBADF');
    expect(ends()).toBe(1);
  });

  it('gives each chunk memory of its own, as it may go to another thread', async () => {
    const { source, writeEnd, chunks } = openSource();
    for (const length of [3, 64 * 1024, 5]) {
      const before = chunks.length;
      writeSync(writeEnd, Buffer.alloc(length, length));
      await vi.waitUntil(() => chunks.length > before);
    }
    for (const { buffer, byteLength } of chunks) expect(buffer.byteLength).toBe(byteLength);
    expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(chunks.length);
    source.close();
    closeSync(writeEnd);
  });

  it.skipIf(!existsSync('/proc/self/fd'))(
    'has not ended where somebody else was faster to read what came',
    async () => {
      const one = openSource();
      const other = openSource([openSync(`/proc/self/fd/${one.readEnd}`, 'r'), one.writeEnd]);
      for (const word of ['a', 'b', 'c']) {
        const before = one.chunks.length + other.chunks.length;
        writeSync(one.writeEnd, word);
        await vi.waitUntil(() => one.chunks.length + other.chunks.length > before);
        await sleep(5);
        expect([one.ends(), other.ends()]).toEqual([0, 0]);
      }
      closeSync(one.writeEnd);
      await vi.waitUntil(() => one.ends() + other.ends() === 2);
      expect([one.text(), other.text()].join('')).toHaveLength(3);
    },
  );

  it('is left alone while it is paused, and loses nothing', async () => {
    const { source, writeEnd, text, ends } = openSource();
    source.pause();
    source.pause();
    writeSync(writeEnd, 'later');
    closeSync(writeEnd);
    await sleep(50);
    expect([text(), ends()]).toEqual(['', 0]);
    source.resume();
    await vi.waitUntil(() => ends() > 0);
    expect(text()).toBe('later');
  });

  it('tells who writes that nobody listens when it was closed, and its end only once', () => {
    const { source, writeEnd, ends } = openSource();
    source.close();
    source.close();
    source.resume();
    expect(ends()).toBe(1);
    expect(() => writeSync(writeEnd, 'x')).toThrow('EPIPE');
    closeSync(writeEnd);
  });
});
