const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** Stands in each line with which a key begins. */
export const privateKeyLiteral = '-----begin ';

/** Longer keys are none. */
const maxKeyLines = 250;

/** A line of one: base64, perhaps behind the number of the line or a mark, within quotes, with escapes at its end. */
const bodyLine =
  /^(?:[^A-Za-z0-9+/=*\\]|\\[nrt"\\]|\d{1,6}(?=[^A-Za-z0-9+/=*]))*[A-Za-z0-9+/=*]+(?:[^A-Za-z0-9+/=*\\]|\\[nrt"\\]|\+ *$)*$/;
/** Of RFC 1421 and RFC 9580, and empty lines. */
const headerLine = /^[^A-Za-z0-9]*(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): .*)?$/;
/** Escapes, which stay, and runs of base64. */
const parts = /\\[a-z"\\/]|[A-Za-z0-9+/=*]+/g;

/** Finds what is secret of private keys in PEM or of PGP, which are spread over lines. */
export interface PrivateKeyReader {
  /** Whether the next line may be one of a key. */
  readonly isInside: boolean;
  /**
   * The ranges of a line that are parts of a key, and whether it is one's first.
   * A line that may go on is read without being remembered.
   */
  read(line: string, isWhole: boolean): { readonly start: number; readonly end: number; readonly isFirst: boolean }[];
}

export function createPrivateKeyReader(): PrivateKeyReader {
  let isInside = false;
  let lines = 0;
  let isFirst = false;

  function read(line: string, isWhole: boolean) {
    const before = { isInside, lines, isFirst };
    const ranges: { start: number; end: number; isFirst: boolean }[] = [];
    lines += 1;
    if (lines > maxKeyLines) isInside = false;
    for (let position = 0; position < line.length; ) {
      const border = isInside ? end : begin;
      border.lastIndex = position;
      const found = border.exec(line);
      if (isInside) {
        // A border that is not whole yet is none of it.
        const dashes = line.indexOf('-----', position);
        const stop = found?.index ?? (dashes === -1 ? line.length : dashes);
        const body = line.slice(position, stop);
        if (found !== null || bodyLine.test(body)) ranges.push(...runsOf(body, position));
        else if (!headerLine.test(body)) isInside = false;
      }
      if (found === null) break;
      position = found.index + found[0].length;
      isInside = !isInside;
      if (isInside) [lines, isFirst] = [0, true];
    }
    if (!isWhole) ({ isInside, lines, isFirst } = before);
    return ranges;
  }

  function runsOf(body: string, at: number) {
    const runs = Array.from(body.matchAll(parts)).filter(([part]) => !part.startsWith('\\'));
    return runs.map(({ 0: part, index }) => {
      const run = { start: at + index, end: at + index + part.length, isFirst };
      isFirst = false;
      return run;
    });
  }

  return {
    get isInside() {
      return isInside;
    },
    read,
  };
}
