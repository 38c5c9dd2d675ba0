/** A beginning is as good a filter as the whole, and keeps the table small. */
export const maxLiteralBytes = 16;
const LINE_FEED = 0x0a;

/**
 * The automaton of Aho and Corasick for some literals, without ASCII case, over classes of bytes: one table look-up per
 * byte, whatever their number. A state is the place of its row in the table.
 *
 * Lines are found in the same pass: a line feed leads to a state of its own,
 * from which literals go on that stand at the beginning of a line.
 */
export interface LiteralAutomaton {
  /** The state that follows `state` is at `state + classOf[byte]`. */
  readonly table: Int32Array;
  readonly classOf: Uint8Array;
  readonly classes: number;
  /** Where a line begins. It and the states behind it tell something; those before it don't. */
  readonly lineFeedState: number;
  /** Which literals end in a state: `outputs` from `outputStart[row]` to `outputStart[row + 1]`. */
  readonly outputStart: Int32Array;
  readonly outputs: Int32Array;
}

/** States of the trie while it is built; none is the root. */
const root = 0;

export function buildAutomaton(literals: readonly string[]): LiteralAutomaton {
  const { classOf, classes, lineFeedClass } = byteClasses(literals);
  const words = literals.map((literal) => bytesOf(literal).map((byte) => classOf[byte] ?? 0));
  const mostStates = words.reduce((sum, word) => sum + word.length, 2);
  // Dense from the start, a row of followers per state: objects and maps took ten times as long to build.
  const follower = new Int32Array(mostStates * classes);
  const lineFeed = 1;
  let states = 2;
  follower[root * classes + lineFeedClass] = lineFeed;

  const literalsAt = new Map<number, number[]>();
  for (const [index, word] of words.entries()) {
    let state = root;
    for (const key of word) {
      const at = state * classes + key;
      if (follower[at] === root) follower[at] = states++;
      state = follower[at] ?? root;
    }
    // What stands in every line asks for no scanner.
    if (state === root || state === lineFeed) continue;
    literalsAt.set(state, [...(literalsAt.get(state) ?? []), index]);
  }

  // Level by level, so that the state to fall back to, which is nearer to the root, is complete already.
  const fallback = new Int32Array(states);
  const queue = [root];
  for (const state of queue) {
    const row = state * classes;
    const fallbackRow = (fallback[state] ?? root) * classes;
    for (let key = 0; key < classes; key += 1) {
      // No literal goes on behind a line's end.
      if (key === lineFeedClass && state !== root) {
        follower[row + key] = lineFeed;
        continue;
      }
      const child = follower[row + key] ?? root;
      const instead = state === root ? root : (follower[fallbackRow + key] ?? root);
      if (child === root) {
        follower[row + key] = instead;
        continue;
      }
      fallback[child] = instead;
      const inherited = literalsAt.get(instead);
      if (inherited) literalsAt.set(child, [...(literalsAt.get(child) ?? []), ...inherited]);
      queue.push(child);
    }
  }
  return layOut({ follower, classes, states, lineFeed, literalsAt, classOf });
}

/** Puts quiet states first, then the one behind a line feed, then the states with literals: one comparison tells. */
function layOut(trie: {
  readonly follower: Int32Array;
  readonly classes: number;
  readonly states: number;
  readonly lineFeed: number;
  readonly literalsAt: ReadonlyMap<number, readonly number[]>;
  readonly classOf: Uint8Array;
}): LiteralAutomaton {
  const { follower, classes, states, lineFeed, literalsAt, classOf } = trie;
  const isQuiet = (state: number) => state !== lineFeed && !literalsAt.has(state);
  const all = Array.from({ length: states }, (_, state) => state);
  const quiet = all.filter(isQuiet);
  const order = [...quiet, lineFeed, ...literalsAt.keys()];
  const rowOf = new Int32Array(states);
  for (const [index, state] of order.entries()) rowOf[state] = index * classes;

  const table = new Int32Array(states * classes);
  for (const [index, state] of order.entries()) {
    for (let key = 0; key < classes; key += 1) {
      table[index * classes + key] = rowOf[follower[state * classes + key] ?? root] ?? 0;
    }
  }
  const outputs: number[] = [];
  const outputStart = new Int32Array(states + 1);
  for (const [index, state] of order.entries()) {
    outputs.push(...(literalsAt.get(state) ?? []));
    outputStart[index + 1] = outputs.length;
  }
  const lineFeedState = rowOf[lineFeed] ?? 0;
  return {
    table,
    classOf,
    classes,
    lineFeedState,
    outputStart,
    outputs: Int32Array.from(outputs),
  };
}

/** Bytes that no literal tells apart share a class; upper case letters share that of their lower case. */
function byteClasses(literals: readonly string[]) {
  const lineFeedClass = 1;
  const classOf = new Uint8Array(256);
  classOf[LINE_FEED] = lineFeedClass;
  let classes = 2;
  for (const literal of literals) {
    for (const byte of bytesOf(literal)) {
      if (classOf[byte] === 0) classOf[byte] = classes++;
    }
  }
  for (let byte = 0x41; byte <= 0x5a; byte += 1) classOf[byte] = classOf[byte + 0x20] ?? 0;
  return { classOf, classes, lineFeedClass };
}

/** What a literal is sought by: without ASCII case, and no more of it than is needed. */
export function bytesOf(literal: string): Uint8Array {
  const folded = literal.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return Buffer.from(folded).subarray(0, maxLiteralBytes);
}
