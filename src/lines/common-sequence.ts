/**
 * A longest common subsequence, as pairs of indices. Of several, the one
 * whose pairs come latest in the second list; but what both begin with belongs to it.
 */
export function commonSequence(first: readonly string[], second: readonly string[]): [number, number][] {
  const pairs: [number, number][] = [];
  let start = 0;
  while (start < first.length && start < second.length && first[start] === second[start]) {
    pairs.push([start, start]);
    start += 1;
  }
  let firstEnd = first.length;
  let secondEnd = second.length;
  const tail: [number, number][] = [];
  while (firstEnd > start && secondEnd > start && first[firstEnd - 1] === second[secondEnd - 1]) {
    firstEnd -= 1;
    secondEnd -= 1;
    tail.push([firstEnd, secondEnd]);
  }
  return pairs.concat(middlePairs(first, second, [start, firstEnd], [start, secondEnd]), tail.reverse());
}

type Range = readonly [start: number, end: number];

function middlePairs(
  first: readonly string[],
  second: readonly string[],
  firstRange: Range,
  secondRange: Range,
): [number, number][] {
  // What is not in both lists is in no sequence common to them; mostly little is left.
  const rows = indicesOf(first, firstRange, new Set(second.slice(...secondRange)));
  const columns = indicesOf(second, secondRange, new Set(rows.map((index) => first[index] ?? '')));
  if (rows.length === 0) return [];
  const width = columns.length + 1;
  // lengths[i][j]: of the sequence common to the first i and the first j.
  const lengths = new Uint16Array((rows.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  const isPair = (i: number, j: number) => first[rows[i - 1] ?? 0] === second[columns[j - 1] ?? 0];
  for (let i = 1; i <= rows.length; i += 1) {
    for (let j = 1; j < width; j += 1) {
      lengths[i * width + j] = isPair(i, j) ? at(i - 1, j - 1) + 1 : Math.max(at(i - 1, j), at(i, j - 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = rows.length, j = columns.length; i > 0 && j > 0; ) {
    if (isPair(i, j) && at(i, j) === at(i - 1, j - 1) + 1) {
      pairs.push([rows[i - 1] ?? 0, columns[j - 1] ?? 0]);
      i -= 1;
      j -= 1;
    } else if (at(i - 1, j) >= at(i, j - 1)) i -= 1;
    else j -= 1;
  }
  return pairs.reverse();
}

/** The indices in this range whose text is among these. */
function indicesOf(texts: readonly string[], [start, end]: Range, among: ReadonlySet<string>): number[] {
  const indices: number[] = [];
  for (let index = start; index < end; index += 1) if (among.has(texts[index] ?? '')) indices.push(index);
  return indices;
}
