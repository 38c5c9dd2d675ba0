import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Reads the words of a command that runs some of a folder's programs, or all of them, so many rounds each; they find
 * their rounds, and whether it is but a smoke test, in the environment. Ends with 64 for words that make no sense.
 *
 * @returns the programs, each with its name and file, and what else was asked for
 */
export function asked({ folder, rounds: usualRounds, options: others = {} }) {
  const path = fileURLToPath(folder);
  const names = readdirSync(path).map((file) => file.replace(/\.mjs$/, ''));
  const options = { rounds: { type: 'string' }, smoke: { type: 'boolean', default: false }, ...others };
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const unknown = positionals.find((name) => !names.includes(name));
    if (unknown !== undefined) throw new Error(`no ${unknown} in ${basename(path)}: there are ${names.join(', ')}`);
    const rounds = Number(values.rounds ?? (values.smoke ? 1 : usualRounds));
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1');
    process.env.BENCH_ROUNDS = String(rounds);
    if (values.smoke) process.env.BENCH_SMOKE = '1';
    const chosen = positionals.length > 0 ? positionals : names;
    return { programs: chosen.map((name) => ({ name, file: join(path, `${name}.mjs`) })), options: values };
  } catch (error) {
    console.error(`bench: ${error.message}`);
    process.exit(64);
  }
}
