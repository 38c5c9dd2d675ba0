import { describe, expect, it } from 'vitest';
import { isChunk, type Moment } from '../../src/domain/chunk.ts';
import { type Backlog, createBacklog } from '../../src/recording/backlog.ts';
import { recordingFolder } from '../../src/recording/folder.ts';
import { createRecorder } from '../../src/recording/recorder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function setUp(maxBytes: number) {
  const folder = recordingFolder(temporaryFolder(), '01HZX0000000000000000000ZZ');
  const recorder = createRecorder(folder, ['stdout']);
  const backlog = createBacklog(folder, maxBytes);
  let timeUs = 0;
  return {
    backlog,
    record(...texts: string[]) {
      const position = recorder.position;
      timeUs += 1;
      const bytes = texts.map((text) => ({ stream: 'stdout' as const, timeUs, bytes: Buffer.from(text) }));
      backlog.push(recorder.append(bytes), position);
    },
    mark(columns: number) {
      const { position } = recorder;
      backlog.push([recorder.mark({ kind: 'resize', columns, rows: 24, timeUs })], position);
    },
  };
}

const textOf = (moment: Moment) => (isChunk(moment) ? Buffer.from(moment.bytes).toString() : moment.kind);

function takeAll(backlog: Backlog): string[] {
  const texts: string[] = [];
  for (let next = backlog.next(); next; next = backlog.next()) texts.push(textOf(next));
  return texts;
}

describe('the backlog', () => {
  it('gives the chunks in the order in which they were recorded', () => {
    const { backlog, record } = setUp(100);
    record('a', 'b');
    record('c');
    expect(takeAll(backlog)).toEqual(['a', 'b', 'c']);
  });

  it('reads back from the recording what it does not hold in memory', () => {
    const { backlog, record } = setUp(10);
    record('12345');
    record('67890', 'abcde');
    record('f');
    expect(takeAll(backlog)).toEqual(['12345', '67890', 'abcde', 'f']);
  });

  it('holds chunks in memory again once it has caught up', () => {
    const { backlog, record } = setUp(4);
    record('too long');
    expect(takeAll(backlog)).toEqual(['too long']);
    record('ok');
    expect(takeAll(backlog)).toEqual(['ok']);
  });

  it('keeps marks in their place, in memory and on disk', () => {
    const { backlog, record, mark } = setUp(10);
    record('12345');
    mark(80);
    record('67890', 'abcde');
    mark(100);
    record('f');
    expect(takeAll(backlog)).toEqual(['12345', 'resize', '67890', 'abcde', 'resize', 'f']);
  });

  it('loses and repeats nothing, however pushing and taking alternate', () => {
    const { backlog, record } = setUp(40);
    const expected: string[] = [];
    const taken: string[] = [];
    for (let round = 0; round < 500; round += 1) {
      const texts = Array.from({ length: (round * 7) % 5 }, (_, index) => `${round}.${index};`);
      expected.push(...texts);
      record(...texts);
      for (let takes = (round * 3) % 4; takes > 0; takes -= 1) {
        const next = backlog.next();
        if (next) taken.push(textOf(next));
      }
    }
    expect([...taken, ...takeAll(backlog)]).toEqual(expected);
  });
});
