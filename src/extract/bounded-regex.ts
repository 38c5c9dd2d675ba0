import { setFlagsFromString } from 'node:v8';
import type { Execution } from '../domain/pattern.ts';
import { runWithin } from './watchdog.ts';

let hasLinearEngine = false;

/**
 * V8 has a second regex engine, which takes linear time. With these flags a
 * regex that backtracks too often is run again on it, and flag `l` asks for it
 * at once (and is refused where it cannot run the regex). They hold for regexes
 * compiled from here on.
 */
function enableLinearEngine() {
  if (hasLinearEngine) return;
  hasLinearEngine = true;
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  setFlagsFromString('--regexp-backtracks-before-fallback=10000');
  setFlagsFromString('--enable-experimental-regexp-engine');
}

/** Longer lines go to the linear engine at once: even loops that count as no backtracking take long there. */
const longLine = 4 * 1024;
/** What a regex that the linear engine cannot run gets to see of a line. */
const maxBacktrackingLine = 2 * 1024;
/** A line has room for more matches of one pattern only if it is no line for a reader. */
const maxMatchesPerLine = 100;
/**
 * For all matches of one pattern in one line. The linear engine alone takes some 200 ms for 64 KiB on a slow machine;
 * two attempts must take less than the child waits for a recording that is held up.
 */
const timeLimitMs = 400;

/** A regex that finds its matches in any line, or gives up, in bounded time. */
export interface BoundedRegex {
  /** All matches in the line that are not empty, from left to right. */
  matchesOf(line: string): readonly RegExpExecArray[] | 'took-too-long';
}

export function boundedRegex(regex: string, flags: string, execution?: Execution): BoundedRegex {
  enableLinearEngine();
  const source = execution?.source ?? regex;
  const newFlags = execution?.flags ?? flags;
  const linear = execution?.linear === true ? linearRegex(source, execution.flags) : undefined;
  if (linear !== undefined) {
    const usual = new RegExp(source, `g${newFlags}`);
    return { matchesOf: (line) => (line.length <= longLine ? allMatches(usual, line) : matchesInTime(linear, line)) };
  }
  // Flag `d` keeps V8 from changing to the linear engine. How often it thinks it backtracked depends on how it
  // compiled the regex, so on what ran before; where the engines differ, so would the events.
  const backtracking = new RegExp(source, `dg${newFlags}`);
  const isWatched = execution?.backtracks ?? true;
  return {
    matchesOf(line) {
      const seen = line.length <= maxBacktrackingLine ? line : line.slice(0, maxBacktrackingLine);
      return isWatched ? matchesInTime(backtracking, seen) : allMatches(backtracking, seen);
    },
  };
}

/** Undefined when the linear engine cannot run this regex. */
function linearRegex(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, `g${flags}l`);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function matchesInTime(regex: RegExp, line: string): readonly RegExpExecArray[] | 'took-too-long' {
  // Twice, because the first time the whole process may have been stopped or starved.
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    let matches: readonly RegExpExecArray[] = [];
    const inTime = runWithin(timeLimitMs, () => {
      matches = allMatches(regex, line);
    });
    if (inTime) return matches;
  }
  return 'took-too-long';
}

const noMatches: readonly RegExpExecArray[] = [];

function allMatches(regex: RegExp, line: string): readonly RegExpExecArray[] {
  regex.lastIndex = 0;
  let match = regex.exec(line);
  if (match === null) return noMatches;
  const matches: RegExpExecArray[] = [];
  while (match !== null && matches.length < maxMatchesPerLine) {
    if (match[0] === '') regex.lastIndex = behindCharacter(regex, line);
    else matches.push(match);
    match = regex.exec(line);
  }
  return matches;
}

/** With flag u, a search from the middle of a pair would begin in front of it again, and never end. */
function behindCharacter({ lastIndex, unicode }: RegExp, line: string): number {
  return lastIndex + (unicode && (line.codePointAt(lastIndex) ?? 0) > 0xffff ? 2 : 1);
}
