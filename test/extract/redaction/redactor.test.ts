import { describe, expect, it } from 'vitest';
import { createDetector } from '../../../src/extract/redaction/detector.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { assignmentSamples, cleanLines, tokenKinds, tokenSamples } from './corpus.ts';
import { byteByByte, everyCut, redactPieces, settings } from './support/redacting.ts';

const random = seededRandom();

/** In each kind's own words, with something before and behind it. */
const samples = Object.entries(tokenKinds).map(([kind, { before, secret, after = '' }]) => {
  const made = secret(random);
  return { kind, line: `It is "${before}${made}${after}" here.\n`, secret: made };
});

const coloured = (line: string, secret: string) => {
  const middle = line.indexOf(secret) + Math.floor(secret.length / 2);
  return `\x1b[1m${line.slice(0, middle)}\x1b[38;5;208m${line.slice(middle)}\x1b[0m`;
};

const withoutColours = (text: string) => text.replace(/\x1b\[[\d;]*m/g, '');

describe.each(samples)('a secret ($kind)', ({ line, secret }) => {
  const whole = redactPieces([line]);

  it('is masked with as many bytes, and what is around it stays', () => {
    const start = line.indexOf(secret);
    const end = start + secret.length;
    expect(whole.text).toHaveLength(line.length);
    expect(whole.text.slice(0, start)).toBe(line.slice(0, start));
    expect(whole.text.slice(end)).toBe(line.slice(end));
    expect(whole.text.slice(start, end)).not.toMatch(/[A-Za-z0-9]/);
    expect(whole.found).toHaveLength(1);
  });

  it('is found wherever it is cut, in memory and on disk', () => {
    for (const pieces of everyCut(line)) {
      const { text, recorded, found } = redactPieces(pieces);
      expect([text, recorded]).toEqual([whole.text, whole.text]);
      expect(found).toEqual(whole.found);
    }
  });

  it('is found when it comes byte by byte', () => {
    const { text, recorded, found } = redactPieces(byteByByte(line));
    expect([text, recorded]).toEqual([whole.text, whole.text]);
    expect(found).toEqual(whole.found);
  });

  it('is found when pieces of it are looked at together', () => {
    for (const together of [2, 7, 1000]) {
      expect(redactPieces(byteByByte(line), { together })).toEqual({ ...whole, recorded: whole.text });
    }
  });

  it('is found with colours inside, which stay, wherever it is cut', () => {
    const painted = coloured(line, secret);
    for (const columns of [undefined, 80]) {
      const options = columns === undefined ? {} : { columns };
      for (const pieces of [[painted], ...everyCut(painted)]) {
        const { text, recorded } = redactPieces(pieces, options);
        expect(withoutColours(recorded)).toBe(whole.text);
        expect(text).toBe(recorded);
        expect(text.match(/\x1b\[[\d;]*m/g)).toEqual(painted.match(/\x1b\[[\d;]*m/g));
      }
    }
  });

  it('is left alone when it is masked already', () => {
    expect(redactPieces([whole.text])).toEqual({ text: whole.text, recorded: whole.text, found: [] });
  });
});

describe('a private key', () => {
  const border = (word: string) => `-----${word} RSA PRIVATE KEY-----`;
  const lines = ['MIIEpAIBAAKCAQEA7bq1', 'uW0Ay/+Xq3Zb9aP2cDfG', 'Zq=='];
  const key = `${border('BEGIN')}\n${lines.join('\n')}\n${border('END')}\nThis is prose again.\n`;
  const masked = `${border('BEGIN')}\n${lines.map((line) => '*'.repeat(line.length)).join('\n')}\n${border('END')}\nThis is prose again.\n`;

  it('is masked line by line, and counted once', () => {
    expect(redactPieces([key])).toEqual({ text: masked, recorded: masked, found: ['private-key'] });
  });

  it('is found wherever it is cut', () => {
    for (const pieces of [...everyCut(key), byteByByte(key)]) {
      expect(redactPieces(pieces)).toEqual({ text: masked, recorded: masked, found: ['private-key'] });
    }
  });

  it('is found behind the numbers of its lines, and in a box', () => {
    const numbered = key.replace(/^/gm, '  12\t').replaceAll('MII', 'MII');
    expect(redactPieces([numbered]).text).not.toMatch(/MIIE|uW0A|Zq==/);
    const boxed = key
      .split('\n')
      .map((line) => `│ ${line} │\r\n`)
      .join('');
    expect(redactPieces([boxed], { columns: 80 }).text).not.toMatch(/MIIE|uW0A|Zq==/);
  });

  it('is masked in JSON without harm to the JSON', () => {
    const line = `${JSON.stringify({ private_key: `${border('BEGIN')}\n${lines.join('\n')}\n${border('END')}\n`, next: 'untouched' })}\n`;
    const { text } = redactPieces([line]);
    expect(text).not.toMatch(/MIIE|uW0A/);
    const parsed = JSON.parse(text) as { private_key: string; next: string };
    expect(parsed.next).toBe('untouched');
    expect(parsed.private_key.split('\n')).toHaveLength(6);
  });

  it('ends where prose begins, though its end was cut off', () => {
    const cut = `${border('BEGIN')}\n${lines.join('\n')}\nbut then it was gone\nMIIEpAIBAAKCAQEA7bq1\n`;
    expect(redactPieces([cut]).text.split('\n').slice(-3)).toEqual([
      'but then it was gone',
      'MIIEpAIBAAKCAQEA7bq1',
      '',
    ]);
  });
});

describe('a secret on a terminal', () => {
  const secret = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6';
  const token = `ghp_${secret}`;
  const left = (text: string) => text.replace(/[^A-Za-z0-9]+/g, '').match(/[a-zA-Z0-9]{5,}/g) ?? [];

  it.each([
    [
      'at the edge of the screen',
      40,
      (at: number) => `${'x'.repeat(31)} ${token.slice(0, at)}\r\n${token.slice(at)} end\r\n`,
      8,
    ],
    [
      'with a margin',
      40,
      (at: number) => `  ${'x'.repeat(25)} ${token.slice(0, at)}\r\n  ${token.slice(at)} end\r\n`,
      8,
    ],
    [
      'in a box',
      40,
      (at: number) => `│ ${'x'.repeat(25)} ${token.slice(0, at)}   │\r\n│ ${token.slice(at)} end │\r\n`,
      8,
    ],
    [
      'with colours',
      40,
      (at: number) =>
        `${'x'.repeat(31)} \x1b[31m${token.slice(0, at)}\x1b[0m\r\n\x1b[31m${token.slice(at)}\x1b[0m end\r\n`,
      8,
    ],
  ])('is found when an interface wraps it %s', (_, columns, paint, at) => {
    for (const pieces of [[paint(at)], ...everyCut(paint(at))]) {
      const { text, recorded } = redactPieces(pieces, { columns });
      expect(text).toBe(recorded);
      expect(left(recorded).join(' ')).not.toMatch(/aB3d|E6gH|9jK2|F3hI/);
      expect(recorded).toContain('end');
      expect(recorded).toHaveLength(paint(at).length);
    }
  });

  it('is found when it is wrapped over three rows', () => {
    const painted = `${token.slice(0, 16)}\r\n${token.slice(16, 32)}\r\n${token.slice(32)} end\r\n`;
    expect(redactPieces([painted], { columns: 16 }).text).toBe(
      `ghp_${'*'.repeat(12)}\r\n${'*'.repeat(16)}\r\n${'*'.repeat(8)} end\r\n`,
    );
  });

  it('ends where the cursor moves elsewhere', () => {
    const painted = `password=abcdefg1\x1b[5;1HUnrelated9\x1b[6;1H`;
    expect(redactPieces([painted], { columns: 80 }).text).toBe(`password=********\x1b[5;1HUnrelated9\x1b[6;1H`);
  });

  it('is found within a title and a link', () => {
    const painted = `\x1b]0;${token}\x07 \x1b]8;;https://bob:hunter2pass@acme.io/\x1b\\link\x1b]8;;\x1b\\ and text`;
    expect(redactPieces([painted], { columns: 80 }).text).toBe(
      `\x1b]0;ghp_${'*'.repeat(36)}\x07 \x1b]8;;https://bob:***********@acme.io/\x1b\\link\x1b]8;;\x1b\\ and text`,
    );
  });
});

describe('values of the environment', () => {
  const detector = createDetector(settings(), ['zanzibar-4711', 'pässwörtlich-9', 'qu"ote{}9x']);

  it.each(['zanzibar-4711', 'pässwörtlich-9', 'qu"ote{}9x'])(
    'are masked wherever they stand and are cut: %s',
    (value) => {
      const line = `So ${value} it is.\n`;
      const masked = `So ${'*'.repeat(Buffer.byteLength(value))} it is.\n`;
      for (const pieces of [[line], ...everyCut(line), byteByByte(line)]) {
        expect(redactPieces(pieces, { detector })).toEqual({ text: masked, recorded: masked, found: ['environment'] });
      }
    },
  );
});

describe('any output', () => {
  const any = seededRandom();
  const lines = (count: number) => {
    const secrets = [...tokenSamples(count, any), ...assignmentSamples(count, any)].map(({ line }) => line);
    return [...secrets, ...cleanLines(count, any)].sort(() => any.next() - 0.5);
  };
  const scramble = (text: string) => {
    const noise = [
      '\x1b[31m',
      '\x1b[0m',
      '\r\n',
      '\x1b[2K',
      '\x1b[3;7H',
      '*',
      '"',
      ' ',
      '=',
      'é',
      '\\n',
      '\x1b]0;t\x07',
    ] as const;
    return text.replace(/./gs, (character) => (any.below(40) === 0 ? any.oneOf(noise) + character : character));
  };
  const cut = (text: string) => {
    const bytes = Buffer.from(text);
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + any.below(90);
      pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
    return pieces;
  };

  const signsMasked = (text: string) => text.replace(/(?<=\*)[^\p{L}\p{N}\s]+/gu, (signs) => '*'.repeat(signs.length));

  it.each([undefined, 80, 40])(
    `keeps its length and its sequences, and is masked once and for all (SEED=${any.seed}, %s columns)`,
    (columns) => {
      const options = columns === undefined ? {} : { columns };
      for (let round = 0; round < 20; round += 1) {
        const text = scramble(lines(10).join('\n'));
        const pieces = cut(text);
        const once = redactPieces(pieces, options);
        expect(Buffer.byteLength(once.recorded)).toBe(Buffer.byteLength(text));
        expect(once.text).toBe(once.recorded);
        expect(once.recorded.match(/\x1b\[[\d;]*[A-Za-z]/g)).toEqual(text.match(/\x1b\[[\d;]*[A-Za-z]/g));
        expect(once.recorded.split('\n')).toHaveLength(text.split('\n').length);
        const bytes = Buffer.from(once.recorded);
        let at = 0;
        const samePieces = pieces.map(({ length }) => bytes.subarray(at, (at += length)));
        const twice = redactPieces(samePieces, options);
        expect(twice.found).toEqual([]);
        expect(twice.text).toBe(twice.recorded);
        // A sign behind a mask may be masked, too: where it is cut, it looks like the end of a password.
        expect(signsMasked(twice.recorded)).toBe(signsMasked(once.recorded));
      }
    },
  );
});
