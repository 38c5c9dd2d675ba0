export interface SeededRandom {
  readonly seed: number;
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from 0 up to, but not including, `bound`. */
  below(bound: number): number;
  oneOf<Item>(items: readonly [Item, ...Item[]]): Item;
}

/** Random numbers that a failed test can be given again: `SEED=… vitest`. */
export function seededRandom(): SeededRandom {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);
  let state = seed;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  return { seed, next, below, oneOf: (items) => items[below(items.length)] ?? items[0] };
}
