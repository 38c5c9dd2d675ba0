import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * What an agent prints may be written by somebody who wants to take over the
 * terminal of whoever looks at it later.
 */

/** Sequences that retitle, paste, clear, ask, hide and reorder; also cut off, in 8 bits, and as C1 characters. */
const hostile = [
  '\x1b]0;owned\x07',
  '\x1b]52;c;cm0gLXJmIH4=\x1b\\',
  '\x1b[2J\x1b[H',
  '\x1b[6n',
  '\x1b[?1049h',
  '\x1bP+q544e\x1b\\',
  '\x1b[',
  '\x1b]8;;http://evil.example\x07link\x1b]8;;\x07',
  '\x9b31m',
  '\u009b2J',
  '\u009d0;owned\u009c',
  '\x07\x08\x7f\x0e',
  '\u202e\u2066\u200f',
  '\r\x1b[K',
] as const;

const seen = [
  'Error: ',
  '$ rm -rf ',
  '● Bash(',
  'src/a.ts(1,2): error TS1: ',
  'Do you want to proceed? ',
  '```sh\n',
] as const;

/** Whatever makes a terminal do something but to print; line feeds and tabs are fine. */
const active = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const commands = [
  ['sessions'],
  ['show', '@last'],
  ['events', '--limit', '5000'],
  ['code', '@last'],
  ['logs', '@last'],
  ['tail', '@last', '--since', '0'],
] as const;

it.each(['--no-pty', '--pty'])(
  'nothing active comes out of what shows a hostile session (%s)',
  async (mode) => {
    const env = freshEnvironment();
    const { oneOf, seed } = seededRandom();
    const line = () => `${oneOf(seen)}${oneOf(hostile)}text${oneOf(hostile)}${oneOf(hostile)}`;
    const file = join(temporaryFolder(), 'output');
    writeFileSync(file, `${Array.from({ length: 300 }, line).join('\n')}\n\`\`\`\n`);
    await runRidealong([mode, '--', 'sh', '-c', 'cat "$1"; cat "$1" >&2', hostile.slice(0, 3).join(''), file], { env });

    for (const words of commands) {
      for (const form of [[], ...(words[0] === 'logs' ? [] : [['--json']])]) {
        const { stdout, stderr, code } = await runRidealong([...words, ...form], { env });
        const told = `${[...words, ...form].join(' ')}, SEED=${seed}`;
        expect(code, told).toBe(0);
        // A screen that is cleared all the time may say nothing.
        if (words[0] === 'logs' || (mode === '--no-pty' && ['events', 'tail'].includes(words[0])))
          expect(stdout, told).toContain('text');
        expect(stdout + stderr, told).not.toMatch(active);
      }
    }
  },
  60_000,
);
