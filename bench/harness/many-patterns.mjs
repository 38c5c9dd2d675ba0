import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, compiledPacks } from './bundle.mjs';
import { lines } from './corpus.mjs';
import { seeded } from './random.mjs';

/** Patterns as users write them, each about a word of its own. */
const kinds = [
  (word) => ({ regex: `^${word}: (?<value>.+)$`, says: `${word}: done` }),
  (word) => ({ regex: `\\b${word}(?:ed|ing) (?<file>[\\w./-]+)`, says: `now ${word}ing src/a.ts` }),
  (word) => ({ regex: `^\\s*\\[${word}\\] (?<count>\\d+) of \\d+`, says: `[${word}] 3 of 9` }),
  (word) => ({ regex: `(?:failed|could not) to ${word} (?<what>\\S+)`, says: `failed to ${word} it` }),
];

/**
 * Makes packs of any number of patterns: the shipped ones for any agent come first, then made-up ones. Those that the
 * corpus has most for lead, so that more patterns are more to look for, and not more to find.
 *
 * @returns a function that writes the first `count` of them, compiled, into a file, and gives its path
 */
export async function manyPatterns(folder) {
  const loader = await bundle(folder, 'load-pack', "export { loadPack } from './src/extract/load-pack.ts'");
  const { loadPack } = await import(pathToFileURL(loader).href);
  const shipped = JSON.parse(readFileSync(await compiledPacks(folder), 'utf8')).find(({ name }) => name === 'common');
  const patterns = busiestFirst(shipped.patterns);
  return (count) => {
    const more = count - patterns.length;
    const packs = [{ ...shipped, patterns: patterns.slice(0, count) }];
    if (more > 0) packs.push(madeUp(more, loadPack));
    const file = join(folder, `patterns-${count}.json`);
    writeFileSync(file, JSON.stringify(packs));
    return file;
  };
}

/** By how many lines of a sample have one of a pattern's literals; all have one of a pattern that has none. */
function busiestFirst(patterns) {
  const coming = lines(0.2);
  const sample = Array.from({ length: 5000 }, () => `\n${coming.next().value}`.toLowerCase());
  const busyness = new Map(
    patterns.map((pattern) => {
      const wakes = (line) => pattern.literals?.some((literal) => line.includes(literal)) ?? true;
      return [pattern, sample.filter(wakes).length];
    }),
  );
  return patterns.toSorted((one, other) => busyness.get(other) - busyness.get(one));
}

function madeUp(count, loadPack) {
  const random = seeded(5);
  const syllable = () => `${'bdfgklmnprtvz'[random(13)]}${'aeiou'[random(5)]}`;
  const patterns = Array.from({ length: count }, (_, nth) => {
    const { regex, says } = kinds[nth % kinds.length](`${syllable()}${syllable()}${syllable()}${nth.toString(36)}`);
    return { id: `made-up-${nth}`, type: 'metric', regex, examples: { match: [says], no_match: ['all quiet'] } };
  });
  // JSON is YAML, too.
  const pack = { name: 'made-up', version: '1.0.0', agents: ['*'], patterns };
  const loaded = loadPack(JSON.stringify(pack), 'made-up.yaml');
  if (!loaded.ok) throw new Error(loaded.failure.message);
  return loaded.value;
}
