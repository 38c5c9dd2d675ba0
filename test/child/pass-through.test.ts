import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ByteSource } from '../../src/child/byte-source.ts';
import { type EndMarker, noMarker } from '../../src/child/end-marker.ts';
import { type Sink, passThrough } from '../../src/child/pass-through.ts';
import { posix } from '../../src/child/posix.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A source that gives what the test says, and notes what is asked of it. */
function fakeSource() {
  const asked: string[] = [];
  let give: (bytes: Buffer) => void = () => undefined;
  let end: () => void = () => undefined;
  const source: ByteSource = {
    start: (onBytes, onEnd) => void ([give, end] = [onBytes, onEnd]),
    pause: () => void asked.push('pause'),
    resume: () => void asked.push('resume'),
    close() {
      asked.push('close');
      end();
    },
  };
  return {
    source,
    asked,
    give: (text: string | Buffer) => give(typeof text === 'string' ? Buffer.from(text) : text),
    end: () => end(),
  };
}

/** Passes on to a file. */
function passing({ sink = () => undefined, marker = noMarker }: { sink?: Sink; marker?: EndMarker } = {}) {
  const file = join(temporaryFolder(), 'target');
  const target = openSync(file, 'w');
  onTestFinished(() => closeSync(target));
  const fake = fakeSource();
  const passed = passThrough({ stream: 'stdout', source: fake.source, target, marker, endsWithChild: false }, sink);
  return { ...fake, passed, written: () => readFileSync(file, 'utf8') };
}

describe('passThrough', () => {
  it('moves all bytes in order, and then gives them to the sink', async () => {
    const sunk: string[] = [];
    const { give, end, passed, written } = passing({
      sink(stream, chunks) {
        for (const { bytes } of chunks) sunk.push(`${stream} ${bytes.toString()}`);
        expect(written()).toContain(chunks.map(({ bytes }) => bytes.toString()).join(''));
        return undefined;
      },
    });
    for (const text of ['one', 'two', 'three']) give(text);
    end();
    await passed.ended;
    expect(written()).toBe('onetwothree');
    expect(sunk).toEqual(['stdout one', 'stdout two', 'stdout three']);
  });

  it('copies no byte: what was read is what is written, and what the sink gets', async () => {
    const read = [Buffer.from('one'), Buffer.from('two')];
    const sunk: Buffer[] = [];
    const concat = vi.spyOn(Buffer, 'concat');
    const { give, end, passed } = passing({
      sink: (_stream, chunks) => void sunk.push(...chunks.map(({ bytes }) => bytes)),
    });
    for (const bytes of read) give(bytes);
    end();
    await passed.ended;
    expect(concat).not.toHaveBeenCalled();
    concat.mockRestore();
    expect(sunk).toHaveLength(read.length);
    for (const [nth, bytes] of sunk.entries()) expect(bytes).toBe(read[nth]);
  });

  it('keeps the moment at which each chunk was read', async () => {
    const times: number[] = [];
    const { give, end, passed } = passing({
      sink: (_stream, chunks) => void times.push(...chunks.map(({ readAtMs }) => readAtMs)),
    });
    const before = performance.now();
    give('one');
    give('two');
    const after = performance.now();
    end();
    await passed.ended;
    expect(times).toHaveLength(2);
    expect([before, ...times, after]).toEqual([before, ...times, after].sort((a, b) => a - b));
  });

  it('waits while the sink wants it to, and pauses the source when too much has come meanwhile', async () => {
    let letGo: () => void = () => undefined;
    const sink = vi.fn<Sink>(() => new Promise((resolve) => (letGo = resolve)));
    const { give, end, passed, asked, written } = passing({ sink });
    give('first');
    await vi.waitUntil(() => sink.mock.calls.length === 1);
    give('x'.repeat(300_000));
    expect(asked.at(-1)).toBe('pause');
    expect(written()).toBe('first');
    letGo();
    await vi.waitUntil(() => sink.mock.calls.length === 2);
    expect(asked.at(-1)).toBe('resume');
    letGo();
    end();
    await passed.ended;
    expect(written()).toHaveLength(300_005);
  });

  it('closes the source when our reader is gone, and still gives all to the sink', async () => {
    const [readEnd, target] = posix.pipe();
    closeSync(readEnd);
    onTestFinished(() => closeSync(target));
    const { source, asked, give } = fakeSource();
    const sunk: string[] = [];
    const sink: Sink = (_stream, chunks) => void sunk.push(...chunks.map(({ bytes }) => bytes.toString()));
    const passed = passThrough({ stream: 'stdout', source, target, marker: noMarker, endsWithChild: false }, sink);
    give('lost');
    await passed.ended;
    expect(asked).toContain('close');
    expect(sunk).toEqual(['lost']);
  });
});

/** A marker that is the text `END`, for whole chunks. */
function fakeMarker(): EndMarker & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    write: () => void calls.push('write'),
    strip: (bytes) =>
      bytes.toString() === 'END' ? { bytes: Buffer.alloc(0), reached: true } : { bytes, reached: false },
    close: () => void calls.push('close'),
  };
}

describe('the end of the child', () => {
  it('is the end of its output once the marker came out and nobody else writes', async () => {
    const marker = fakeMarker();
    const { give, end, passed, written } = passing({ marker });
    const finished = passed.finish(60_000);
    give('the last words');
    expect(marker.calls).toEqual(['write']);
    give('END');
    await vi.waitUntil(() => marker.calls.includes('close'));
    end();
    await finished;
    expect(written()).toBe('the last words');
  });

  it('lets a worker that was left behind write for a while', async () => {
    const marker = fakeMarker();
    const { give, passed, written, asked } = passing({ marker });
    const finished = passed.finish(30);
    give('END');
    give('late');
    await finished;
    expect(asked).toContain('close');
    expect(written()).toBe('late');
  });
});

describe('a stop of the child', () => {
  it('is flushed when all it wrote was passed on, and the output goes on after it', async () => {
    const { give, end, passed, written } = passing({ marker: fakeMarker() });
    give('before the stop');
    const flushed = passed.flush();
    give('END');
    await flushed;
    expect(written()).toBe('before the stop');
    give(', and after');
    end();
    await passed.ended;
    expect(written()).toBe('before the stop, and after');
  });
});
