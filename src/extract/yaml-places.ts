import { type Document, isMap, isNode, isScalar, type LineCounter, Scalar } from 'yaml';

export interface Place {
  readonly line: number;
  readonly column: number;
}

type Path = readonly PropertyKey[];

/** Finds where in a YAML file the things of its document stand. */
export interface YamlPlaces {
  /** Of the value at this path, or of the nearest thing around it that is there. */
  ofValue(path: Path): Place;
  /** Of the last key of this path. */
  ofKey(path: Path): Place;
  /** Of one character of the string at this path. */
  ofCharacter(path: Path, index: number): Place;
}

export function yamlPlaces(document: Document, lineCounter: LineCounter, source: string): YamlPlaces {
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };

  /** The start of the node at the path, or of the nearest one around it. */
  function startOf(path: Path): number {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return document.contents?.range?.[0] ?? 0;
  }

  return {
    ofValue: (path) => placeAt(startOf(path)),
    ofKey(path) {
      const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
      const pair = isMap(parent)
        ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(path.at(-1)))
        : undefined;
      const range = isScalar(pair?.key) ? pair.key.range : undefined;
      return placeAt(range?.[0] ?? startOf(path));
    },
    ofCharacter(path, index) {
      const node = document.getIn(path, true);
      if (!isScalar(node) || !node.range) return placeAt(startOf(path));
      const [start, end] = node.range;
      return placeAt(start + offsetInScalar(source.slice(start, end), node.type, index));
    },
  };
}

/** Where the index-th character of a scalar's value stands in its source; its start where escapes hide that. */
function offsetInScalar(written: string, type: string | null | undefined, index: number): number {
  if (written.includes('\n')) return 0;
  if (type === Scalar.PLAIN) return index;
  if (type !== Scalar.QUOTE_SINGLE) return 0;
  let offset = 1;
  for (let character = 0; character < index; character += 1) offset += written.startsWith("''", offset) ? 2 : 1;
  return offset;
}
