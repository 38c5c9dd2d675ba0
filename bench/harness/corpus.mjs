import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from './random.mjs';

const words = (
  'a the of file session reader that reads bytes into lines and prints what it has found before the next one begins ' +
  'because each part of the program knows only its own work which makes it simple to change when somebody asks for more'
).split(' ');

/** What agents print that no shipped pattern is about. */
const plain = [
  (say) => say(8 + say.random(10)),
  (say) => `${say(6)}, ${say(5)}.`,
  (say) => `- ${say(7)}`,
  (say) => `  const ${say(1)}${say.random(90)} = ${say(1)}(${say(1)}, ${say.random(1000)});`,
  (say) => `    if (${say(1)} < ${say.random(100)}) return ${say(1)};`,
  (say) => `\x1b[3${say.random(8)}m${say(4)}\x1b[0m ${say(4)}`,
  (say) => `\x1b[1m${say(2)}\x1b[22m \x1b[38;5;${say.random(256)}m${say(3)}\x1b[39m`,
  (say) => `{"level":"info","at":${say.random(1e9)},"text":"${say(6)}"}`,
  (say) => `@@ -${say.random(900)},${say.random(9)} +${say.random(900)},${say.random(9)} @@ ${say(2)}`,
  (say) => `+  ${say(6)}`,
  (say) => ` ✓ ${say(5)} (${say.random(90)} ms)`,
];

/** What shipped patterns find: stack traces, failed tests, errors of compilers, files, commands. */
const matching = [
  (say) => `TypeError: ${say(3)} is not a function`,
  (say) => `    at ${say(1)} (/home/dev/src/${say(1)}.ts:${1 + say.random(900)}:${1 + say.random(80)})`,
  (say) => `src/${say(1)}.ts(${1 + say.random(900)},${1 + say.random(80)}): error TS2322: ${say(5)}`,
  (say) => `ls: cannot access '${say(1)}': No such file or directory`,
  (say) => `error: ${say(6)}`,
  (say) => `warning: ${say(6)}`,
  (say) => `Tests: ${1 + say.random(9)} failed, ${say.random(200)} passed, ${say.random(300)} total`,
  (say) => `npm ERR! code ELIFECYCLE ${say(2)}`,
];

/** A function that says so many words, and knows random numbers. */
function speaker(seed) {
  const random = seeded(seed);
  const say = (count) => Array.from({ length: count }, () => words[random(words.length)]).join(' ');
  return Object.assign(say, { random });
}

/** Lines without end, of which this share is for the patterns. */
export function* lines(matchShare, seed = 1) {
  const say = speaker(seed);
  for (;;) {
    const isMatching = say.random(10_000) < matchShare * 10_000;
    const kinds = isMatching ? matching : plain;
    yield kinds[say.random(kinds.length)](say);
  }
}

/** A file of such lines, made once in this folder. @returns its path */
export function corpusFile(folder, { bytes, matchShare }) {
  const path = join(folder, `corpus-${bytes}-${matchShare}.txt`);
  if (existsSync(path)) return path;
  const file = openSync(`${path}.new`, 'w');
  let written = 0;
  let piece = '';
  for (const line of lines(matchShare)) {
    piece += `${line}\n`;
    if (piece.length < 65_536) continue;
    written += writeSync(file, piece);
    piece = '';
    if (written >= bytes) break;
  }
  closeSync(file);
  renameSync(`${path}.new`, path);
  return path;
}
