import type { Pack } from '../domain/pattern.ts';

/** Reads what `compileShippedPacks` wrote. It is part of the program, and trusted. */
export function loadCompiledPacks(json: string): Pack[] {
  return JSON.parse(json) as Pack[];
}
