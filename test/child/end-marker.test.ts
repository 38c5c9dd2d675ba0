import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createEndMarker } from '../../src/child/end-marker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A marker that was written `times` times, and its bytes. */
async function writtenMarker(times = 1) {
  const file = join(temporaryFolder(), 'output');
  const marker = createEndMarker(openSync(file, 'a'));
  for (let count = 0; count < times; count += 1) marker.write();
  const length = 50 * times;
  const text = await vi.waitUntil(() => {
    const written = readFileSync(file, 'latin1');
    return written.length === length ? written.slice(0, 50) : undefined;
  });
  marker.close();
  /** What is left of the chunks, and after which of them the end was reached. */
  function strip(...chunks: string[]) {
    const stripped = chunks.map((chunk) => marker.strip(Buffer.from(chunk, 'latin1')));
    const bytes = Buffer.concat(stripped.map((part) => part.bytes)).toString('latin1');
    return { bytes, reachedAt: stripped.findIndex((part) => part.reached) };
  }
  return { text, strip };
}

describe('an end marker', () => {
  it('is taken out, and tells that the end was reached', async () => {
    const { text, strip } = await writtenMarker();
    expect(strip(`the end${text}`)).toEqual({ bytes: 'the end', reachedAt: 0 });
  });

  it('may be cut at every byte', async () => {
    for (let at = 0; at <= 50; at += 1) {
      const { text, strip } = await writtenMarker();
      const expected = { bytes: 'before', reachedAt: at === 50 ? 0 : 1 };
      expect(strip(`before${text.slice(0, at)}`, text.slice(at)), `cut at ${at}`).toEqual(expected);
    }
  });

  it('may come byte by byte', async () => {
    const { text, strip } = await writtenMarker();
    expect(strip(...Array.from(`before${text}`))).toEqual({ bytes: 'before', reachedAt: 55 });
  });

  it('leaves what a worker writes around it as it is', async () => {
    const { text, strip } = await writtenMarker();
    expect(strip('before', `right before${text}right after`, 'after')).toMatchObject({
      bytes: 'beforeright beforeright afterafter',
      reachedAt: 1,
    });
  });

  it('gives back what looks like its beginning', async () => {
    const { text, strip } = await writtenMarker();
    const lookalike = `${text.slice(0, 20)}!`;
    expect(strip(lookalike.slice(0, 10), lookalike.slice(10), text.slice(0, 30), text)).toEqual({
      bytes: lookalike + text.slice(0, 30),
      reachedAt: 3,
    });
  });

  it('is reached when it came out as often as it was written', async () => {
    const { text, strip } = await writtenMarker(2);
    expect(strip(`one${text}two`, `three${text}`)).toEqual({ bytes: 'onetwothree', reachedAt: 1 });
  });

  it('holds nothing back before it was written', () => {
    const marker = createEndMarker(openSync('/dev/null', 'w'));
    expect(marker.strip(Buffer.from('<'))).toEqual({ bytes: Buffer.from('<'), reached: false });
    marker.close();
  });

  it('is not written when its end is closed', () => {
    const fd = openSync('/dev/null', 'w');
    const marker = createEndMarker(fd);
    marker.close();
    marker.close();
    marker.write();
    expect(() => closeSync(fd)).toThrow('EBADF');
    expect(marker.strip(Buffer.from('<')).bytes.toString()).toBe('<');
  });
});
