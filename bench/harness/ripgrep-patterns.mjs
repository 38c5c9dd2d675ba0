import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const shared = (packsFile) => JSON.parse(readFileSync(packsFile, 'utf8')).filter(({ agents }) => agents.includes('*'));

/** The shipped patterns for any agent as ripgrep writes them, in a file; those with look-around it does not know. */
export function ripgrepPatterns(folder, packsFile) {
  const regexes = shared(packsFile)
    .flatMap(({ patterns }) => patterns)
    .filter(({ regex }) => !/\(\?<?[=!]/.test(regex))
    .map(({ regex, flags }) => `${flags.includes('i') ? '(?i)' : ''}${inRust(regex)}`);
  return written(join(folder, 'patterns.txt'), regexes);
}

/** The literals of which a line has one that any of these patterns may match, in a file. */
export function requiredLiterals(folder, packsFile) {
  const literals = shared(packsFile).flatMap(({ patterns }) => patterns.flatMap(({ literals = [] }) => literals));
  return written(join(folder, 'literals.txt'), [...new Set(literals.map((literal) => literal.replace('\n', '')))]);
}

function written(file, lines) {
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** Without names, which may stand there once only; with `[` escaped in classes, and `/` not. */
function inRust(regex) {
  let isInClass = false;
  return regex.replaceAll(/\\.|\(\?<\w+>|\[|\]/g, (part) => {
    if (part === '\\/') return '/';
    if (part.startsWith('(?<')) return isInClass ? part : '(';
    if (part === '[' && isInClass) return '\\[';
    if (part === '[') isInClass = true;
    if (part === ']') isInClass = false;
    return part;
  });
}
