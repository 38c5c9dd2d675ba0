/** A beginning is as good a filter as the whole, and keeps the table small: eight bytes find an eighth more in vain. */
export const maxLiteralBytes = 10;
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

export function buildAutomaton(literals: readonly string[]): LiteralAutomaton {
  const sought = literals.map(bytesOf);
  const { classOf, classes, lineFeedClass } = byteClasses(sought);
  const words = sought.map((bytes) => {
    const word = bytes.map((byte) => classOf[byte] ?? 0);
    // What goes on behind a line's end stands in no line.
    return word.includes(lineFeedClass, 1) ? new Uint8Array() : word;
  });
  return layOut(growTrie(words, classes, lineFeedClass), classes, classOf);
}

/** The trie's states; none is the root. */
const root = 0;
const lineFeed = 1;

/** The words' trie, whose states are numbered by their depth: behind a state are those further from the root. */
interface Trie {
  /** Where the states of each depth begin; the last one is how many there are. */
  readonly depthStart: readonly number[];
  readonly parent: Int32Array;
  /** The class of bytes that leads to a state from its parent. */
  readonly keyOf: Int32Array;
  /** The deepest state whose word ends a state's own: where to go on when no child goes on. */
  readonly fallback: Int32Array;
  readonly wordsAt: ReadonlyMap<number, readonly number[]>;
}

/** All words grow together, a byte at a time: so the states to fall back to are always there already. */
function growTrie(words: readonly Uint8Array[], classes: number, lineFeedClass: number): Trie {
  const mostStates = words.reduce((sum, word) => sum + word.length, 2);
  // A row of children per state: objects and maps took ten times as long to build.
  const child = new Int32Array(mostStates * classes);
  const parent = new Int32Array(mostStates);
  const keyOf = new Int32Array(mostStates);
  const fallback = new Int32Array(mostStates);
  const wordsAt = new Map<number, readonly number[]>();
  child[root * classes + lineFeedClass] = lineFeed;
  keyOf[lineFeed] = lineFeedClass;
  let states = 2;

  function fallbackOf(from: number, key: number): number {
    for (let state = from; state !== root; ) {
      state = fallback[state] ?? root;
      const next = child[state * classes + key] ?? root;
      if (next !== root) return next;
    }
    return root;
  }

  const depthStart = [root, lineFeed];
  const reached = new Int32Array(words.length);
  for (let depth = 1; depth <= maxLiteralBytes; depth += 1) {
    for (let index = 0; index < words.length; index += 1) {
      const key = words[index]?.[depth - 1];
      if (key === undefined) continue;
      const from = reached[index] ?? root;
      let state = child[from * classes + key] ?? root;
      if (state === root) {
        state = states++;
        child[from * classes + key] = state;
        parent[state] = from;
        keyOf[state] = key;
        fallback[state] = fallbackOf(from, key);
      }
      reached[index] = state;
    }
    depthStart.push(states);
  }

  for (const [index, state] of reached.entries()) {
    // What stands in every line asks for no scanner.
    if (state !== root && state !== lineFeed) wordsAt.set(state, [...(wordsAt.get(state) ?? []), index]);
  }
  for (let state = lineFeed; state < states; state += 1) {
    const inherited = wordsAt.get(fallback[state] ?? root);
    if (inherited) wordsAt.set(state, [...(wordsAt.get(state) ?? []), ...inherited]);
  }
  return { depthStart, parent, keyOf, fallback, wordsAt };
}

/** Puts quiet states first, then the one behind a line feed, then the states with literals: one comparison tells. */
function layOut(trie: Trie, classes: number, classOf: Uint8Array): LiteralAutomaton {
  const { depthStart, parent, keyOf, fallback, wordsAt } = trie;
  const states = depthStart.at(-1) ?? 0;
  const telling = [...wordsAt.keys()];
  const rowOf = new Int32Array(states);
  let quiet = 0;
  for (let state = root; state < states; state += 1) {
    if (state !== lineFeed && !wordsAt.has(state)) rowOf[state] = quiet++ * classes;
  }
  const lineFeedState = quiet * classes;
  for (const [index, state] of [lineFeed, ...telling].entries()) rowOf[state] = lineFeedState + index * classes;

  // A state goes where the one that it falls back to goes, but for its own children. A row is copied as a whole: a look
  // at each entry took five times as long.
  const table = new Int32Array(states * classes);
  for (const [depth, start] of depthStart.entries()) {
    const end = depthStart[depth + 1] ?? states;
    for (let state = start; state < end; state += 1) {
      const instead = rowOf[fallback[state] ?? root] ?? 0;
      table.copyWithin(rowOf[state] ?? 0, instead, instead + classes);
    }
    const childrenEnd = depthStart[depth + 2] ?? states;
    for (let state = end; state < childrenEnd; state += 1) {
      table[(rowOf[parent[state] ?? root] ?? 0) + (keyOf[state] ?? 0)] = rowOf[state] ?? 0;
    }
  }

  const outputs: number[] = [];
  const outputStart = new Int32Array(states + 1);
  for (const [index, state] of telling.entries()) {
    outputs.push(...(wordsAt.get(state) ?? []));
    outputStart[quiet + 2 + index] = outputs.length;
  }
  return { table, classOf, classes, lineFeedState, outputStart, outputs: Int32Array.from(outputs) };
}

/** Bytes that no literal tells apart share a class; upper case letters share that of their lower case. */
function byteClasses(sought: readonly Uint8Array[]) {
  const lineFeedClass = 1;
  const classOf = new Uint8Array(256);
  classOf[LINE_FEED] = lineFeedClass;
  let classes = 2;
  for (const bytes of sought) {
    for (const byte of bytes) {
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
