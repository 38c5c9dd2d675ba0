import type { Screen } from '../domain/line.ts';
import type { Pack } from '../domain/pattern.ts';
import { boundedRegex } from './bounded-regex.ts';

/** How many lines at the bottom of the screen may be such signs: the input stands there, too, and what is below it. */
const withinLines = 8;

/** Watches a screen for lines that show the agent at work for as long as they stand there. */
export interface SignsOfWork {
  /** Whether there is one on this screen. */
  standOn(screen: Screen): boolean;
}

export function createSignsOfWork(packs: readonly Pack[]): SignsOfWork {
  const signs = packs
    .flatMap(({ patterns }) => patterns.filter(({ stands }) => stands))
    .map(({ regex, flags, execution, frame }) => ({ regex: boundedRegex(regex, flags, execution), frame }));
  // Lines that stay are not read again.
  const known = new WeakMap<Screen['lines'][number], boolean>();

  function isSign(line: Screen['lines'][number]): boolean {
    return signs.some(({ regex, frame }) => {
      if (frame !== undefined && frame !== (line.frame ?? 'none')) return false;
      const matches = regex.matchesOf(line.text);
      return matches !== 'took-too-long' && matches.length > 0;
    });
  }

  return {
    standOn: ({ lines }) =>
      lines.slice(-withinLines).some((line) => {
        const is = known.get(line) ?? isSign(line);
        known.set(line, is);
        return is;
      }),
  };
}
