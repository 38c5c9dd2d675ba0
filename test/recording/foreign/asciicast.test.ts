import { describe, expect, it } from 'vitest';
import { openContent, readWhole } from './read-whole.ts';

const header2 = '{"version":2,"width":100,"height":30,"timestamp":1700000000,"command":"codex exec hi","env":{}}\n';
const header3 = '{"version":3,"term":{"cols":100,"rows":30},"timestamp":1700000000,"command":"codex exec hi"}\n';

const header = {
  format: 'asciicast',
  isTerminal: true,
  startedAtMs: 1_700_000_000_000,
  command: 'codex exec hi',
  size: { columns: 100, rows: 30 },
};

describe('an asciicast of version 2', () => {
  it('has times since the start', () => {
    const events = '[0.5,"o","a\\u001b[1m"]\n[1.25,"r","80x24"]\n[2.0000005,"o","ä"]\n';
    expect(readWhole(header2 + events)).toEqual({
      header,
      entries: ['500000 "a\\u001b[1m"', '1250000 80x24', '2000001 "Ã¤"'],
    });
  });

  it('tells neither time nor command where its header does not', () => {
    const found = readWhole('{"version":2,"width":80,"height":24}\n[0,"o","x"]\n').header;
    expect(found).toMatchObject({ startedAtMs: undefined, command: undefined, size: { columns: 80, rows: 24 } });
  });
});

describe('an asciicast of version 3', () => {
  it('has times since the event before, comments, and the exit code', () => {
    const events = '# a comment\n[0.5,"o","a"]\n[0.25,"r","80x24"]\n\n[1,"o","b"]\n[0.1,"x","3"]\n';
    expect(readWhole(header3 + events)).toEqual({
      header,
      entries: ['500000 "a"', '750000 80x24', '1750000 "b"', '1850000 end 3'],
    });
  });

  it('counts the time of events that are left out', () => {
    expect(readWhole(`${header3}[1,"i","secret"]\n[1,"m","chapter"]\n[1,"o","a"]\n`).entries).toEqual(['3000000 "a"']);
  });
});

describe('an asciicast', () => {
  it('gives nothing of what was typed', () => {
    expect(readWhole(`${header2}[0.1,"i","hunter2"]\n[0.2,"o","ok"]\n`).entries).toEqual(['200000 "ok"']);
  });

  it.each([['[0.2,"o","cut of'], ['[0.2,"o","cut off"'], ['[0.2']])(
    'that was cut off in %j counts up to there',
    (last) => {
      expect(readWhole(`${header2}[0.1,"o","whole"]\n${last}`).entries).toEqual(['100000 "whole"', 'cut at file:3']);
    },
  );

  it.each([
    'no JSON',
    '{}',
    '[1]',
    '["1","o","x"]',
    '[-1,"o","x"]',
    '[1,2,"x"]',
    '[1,"o",3]',
    '[1,"o"]',
    '[1e300,"o","x"]',
  ])('with the line %j in its midst is none', (line) => {
    expect(readWhole(`${header2}${line}\n[1,"o","x"]\n`).entries).toEqual([
      'file:2: this is no event of an asciicast: [seconds, "code", "data"]',
    ]);
  });

  it.each([
    ['{"version":1,"width":80,"height":24,"stdout":[]}', 'asciicast version 1 cannot be read, only 2 and 3'],
    ['{"version":4,"term":{"cols":80,"rows":24}}', 'asciicast version 4 cannot be read, only 2 and 3'],
    ['{"version":2,"width":"80","height":24}', 'the header of the asciicast tells no size'],
    ['{"version":3,"width":80,"height":24}', 'the header of the asciicast tells no size'],
    ['{"version":2,"width":80,"height":1000000}', 'the header of the asciicast tells no size'],
    ['{"version":3,"term":7}', 'the header of the asciicast tells no size'],
  ])('with the header %s is refused', (first, message) => {
    const opened = openContent(`${first}\n[0,"o","x"]\n`);
    expect(opened.ok ? '' : opened.failure.message).toContain(message);
    expect(opened.ok ? '' : opened.failure.place).toMatch(/file:1$/);
  });
});
