const LINE_FEED = 0x0a;
/** A beginning is as good a filter as the whole, and keeps the table small. */
const maxLiteralBytes = 16;

/** Finds many literals at once in the lines of a block. */
export interface LiteralScanner {
  cursorOver(bytes: Uint8Array): LineCursor;
}

/** Walks over the lines of a block. The last line must end with a line feed. */
export interface LineCursor {
  /** Where the current line begins, and where its line feed stands. */
  lineStart: number;
  lineEnd: number;
  /** The current line's index in the block. */
  lineIndex: number;
  /** The literals in the current line: the first `hitCount` of `hits`, each once. */
  readonly hits: Int32Array;
  hitCount: number;
  /**
   * Goes to the next line with a literal in it, or, with `every`, to the very next; false when there is none.
   * Literals whose entry in `dormant` is 1 do not count.
   */
  next(every: boolean, dormant?: Uint8Array): boolean;
  /** Goes on at this place, which is the start of the line with this index. */
  goTo(position: number, lineIndex: number): void;
  /** Where the next line to look at begins, and its index. */
  readonly position: number;
  readonly nextIndex: number;
}

/**
 * Builds the automaton of Aho and Corasick for these literals, without ASCII
 * case, over classes of bytes: one table look-up per byte, whatever their number.
 *
 * Lines are found in the same pass: a line feed leads to a state of its own,
 * from which literals go on that stand at the beginning of a line.
 */
export function createLiteralScanner(literals: readonly string[]): LiteralScanner {
  const { table, classOf, firstAccepting, lineFeedState, outputStart, outputs, classes } = buildAutomaton(literals);

  const noneDormant = new Uint8Array(literals.length);

  function cursorOver(bytes: Uint8Array): LineCursor {
    const length = bytes.length;
    const stamps = new Int32Array(literals.length).fill(-1);
    let position = 0;
    let index = 0;
    const cursor: LineCursor = {
      lineStart: 0,
      lineEnd: 0,
      lineIndex: -1,
      hits: new Int32Array(literals.length),
      hitCount: 0,
      get position() {
        return position;
      },
      get nextIndex() {
        return index;
      },
      goTo(newPosition, lineIndex) {
        position = newPosition;
        index = lineIndex;
      },
      next(every, dormant = noneDormant) {
        const { hits } = cursor;
        let state = lineFeedState;
        let lineStart = position;
        let line = index;
        let hitCount = 0;
        for (let at = position; at < length; at += 1) {
          // Both look-ups stay inside their tables by construction.
          state = table[state + (classOf[bytes[at] as number] as number)] as number;
          if (state < firstAccepting) continue;
          if (state === lineFeedState) {
            if (hitCount > 0 || every) {
              cursor.lineStart = lineStart;
              cursor.lineEnd = at;
              cursor.lineIndex = line;
              cursor.hitCount = hitCount;
              position = at + 1;
              index = line + 1;
              return true;
            }
            lineStart = at + 1;
            line += 1;
            continue;
          }
          const node = state / classes;
          const end = outputStart[node + 1] ?? 0;
          for (let output = outputStart[node] ?? 0; output < end; output += 1) {
            const literal = outputs[output] ?? 0;
            if (stamps[literal] === line || dormant[literal] === 1) continue;
            stamps[literal] = line;
            hits[hitCount++] = literal;
          }
        }
        position = length;
        index = line;
        return false;
      },
    };
    return cursor;
  }

  return { cursorOver };
}

interface Node {
  readonly next: Map<number, Node>;
  readonly literals: number[];
  fallback?: Node;
  state: number;
}

const newNode = (): Node => ({ next: new Map(), literals: [], state: 0 });

function buildAutomaton(literals: readonly string[]) {
  const { classOf, classes, lineFeedClass } = byteClasses(literals);
  const root = newNode();
  const lineFeed = newNode();
  root.next.set(lineFeedClass, lineFeed);
  for (const [index, literal] of literals.entries()) {
    let node = root;
    for (const byte of bytesOf(literal)) {
      const key = classOf[byte] ?? 0;
      const child = node.next.get(key) ?? newNode();
      node.next.set(key, child);
      node = child;
    }
    // What stands in every line asks for no scanner.
    if (node !== root && node !== lineFeed) node.literals.push(index);
  }

  const nodes = breadthFirst(root);
  for (const node of nodes) {
    for (const [key, child] of node.next) {
      let fallback = node.fallback;
      while (fallback !== undefined && !fallback.next.has(key)) fallback = fallback.fallback;
      child.fallback = fallback?.next.get(key) ?? root;
      child.literals.push(...child.fallback.literals);
    }
  }

  // Quiet states first, then the one behind a line feed, then the states with literals: one comparison tells.
  const quiet = nodes.filter((node) => node.literals.length === 0 && node !== lineFeed);
  const speaking = nodes.filter((node) => node.literals.length > 0);
  for (const [index, node] of quiet.entries()) node.state = index * classes;
  for (const [index, node] of speaking.entries()) node.state = (quiet.length + 1 + index) * classes;
  const lineFeedState = quiet.length * classes;
  lineFeed.state = lineFeedState;

  const table = new Int32Array(nodes.length * classes);
  for (const node of nodes) {
    const { fallback } = node;
    // A fallback is nearer to the root, so its row is complete already.
    if (fallback) table.copyWithin(node.state, fallback.state, fallback.state + classes);
    for (const [key, child] of node.next) table[node.state + key] = child.state;
    table[node.state + lineFeedClass] = lineFeedState;
  }

  const outputs: number[] = [];
  const outputStart = new Int32Array(nodes.length + 1);
  for (const [index, node] of speaking.entries()) {
    outputs.push(...node.literals);
    outputStart[quiet.length + 2 + index] = outputs.length;
  }
  return {
    table,
    classOf,
    classes,
    firstAccepting: lineFeedState,
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

function bytesOf(literal: string): Uint8Array {
  const folded = literal.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return Buffer.from(folded).subarray(0, maxLiteralBytes);
}

function breadthFirst(root: Node): Node[] {
  const nodes = [root];
  for (const node of nodes) nodes.push(...node.next.values());
  return nodes;
}
