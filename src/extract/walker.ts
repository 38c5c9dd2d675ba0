import type { LiteralAutomaton } from './literal-automaton.ts';
import { walkerCode } from './walker-code.ts';

/** Walks an automaton over text. */
export interface Walker {
  /** How much text it takes at a time. */
  readonly mostBytes: number;
  /**
   * @param state before the first byte
   * @returns the state behind the last byte, and what was reached on the way: for each byte that leads to a state that
   * tells something where it stands in the text, and that state
   */
  walk(text: Uint8Array, state: number): { readonly reached: Int32Array; readonly state: number };
}

/** The faster one, where this machine has WebAssembly and memory for it. */
export function createWalker(automaton: LiteralAutomaton): Walker {
  try {
    return createCompiledWalker(automaton);
  } catch {
    return createPlainWalker(automaton);
  }
}

/** Walks in plain JavaScript. */
export function createPlainWalker({ table, classOf, lineFeedState }: LiteralAutomaton): Walker {
  const mostBytes = 32_768;
  const reached = new Int32Array(2 * mostBytes);
  return {
    mostBytes,
    walk(text, state) {
      let length = 0;
      for (let at = 0; at < text.length; at += 1) {
        // Both look-ups stay inside their tables by construction.
        state = table[state + (classOf[text[at] as number] as number)] as number;
        if (state < lineFeedState) continue;
        reached[length] = at;
        reached[length + 1] = state;
        length += 2;
      }
      return { reached: reached.slice(0, length), state };
    },
  };
}

/** What `wasm/walk.ts` exports: where things are in its memory, in bytes, and what walks. */
interface CompiledWalk {
  readonly textAt: Exported;
  readonly mostBytes: Exported;
  readonly reachedAt: Exported;
  readonly tableAt: Exported;
  readonly lastState: Exported;
  readonly walk: (length: number, state: number, noted: number, lineStart: number) => number;
}

interface Exported {
  readonly value: number;
}

const pageBytes = 65_536;
let compiled: WebAssembly.Module | undefined;

/** Walks in WebAssembly, four times as fast. Throws where that cannot be. */
export function createCompiledWalker({ table, classOf, lineFeedState }: LiteralAutomaton): Walker {
  compiled ??= new WebAssembly.Module(Buffer.from(walkerCode, 'base64'));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const { textAt, mostBytes, reachedAt, tableAt, lastState, walk } = exports as unknown as CompiledWalk;
  memory.grow(Math.ceil((tableAt.value + table.byteLength) / pageBytes) - 1);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(classOf);
  new Int32Array(memory.buffer, tableAt.value).set(table);
  return {
    mostBytes: mostBytes.value,
    walk(text, state) {
      bytes.set(text, textAt.value);
      const count = walk(text.length, state, lineFeedState, lineFeedState);
      const end = reachedAt.value + 2 * Int32Array.BYTES_PER_ELEMENT * count;
      return { reached: new Int32Array(memory.buffer.slice(reachedAt.value, end)), state: lastState.value };
    },
  };
}
