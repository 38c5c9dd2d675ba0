// Walks the automaton of `src/extract/literal-automaton.ts` over text. Written in AssemblyScript.
//
// What a step costs is the wait for the entry that the step before it named. So four parts of the text are walked at
// once, each from the beginning of a line, where nothing is known from before: four waits for the time of one.

/** Where things are in the memory: the class of each byte, then the text, then what was come to, then the table. */
export const textAt: usize = 256;
export const mostBytes: usize = 32_768;
export const reachedAt: usize = textAt + mostBytes;
/** One for each byte at most: where it stands, and the state. */
const reachedBytes: usize = 8;
export const tableAt: usize = reachedAt + mostBytes * reachedBytes;

const LINE_FEED: u8 = 0x0a;

/** The state behind the text's last byte. */
export let lastState: u32 = 0;

let reached: usize = 0;

function step(state: u32, at: usize): u32 {
  return load<u32>(((<usize>state + load<u8>(load<u8>(at))) << 2) + tableAt);
}

function reach(place: usize, at: usize, state: u32): usize {
  store<u32>(place, <u32>(at - textAt));
  store<u32>(place, state, 4);
  return place + reachedBytes;
}

/** Walks on to `end`, and notes behind what was noted before. */
function walkOne(from: usize, end: usize, state: u32, noted: u32): u32 {
  for (let at = from; at < end; at++) {
    state = step(state, at);
    if (state >= noted) reached = reach(reached, at, state);
  }
  return state;
}

/** Behind the first line feed from there on, or the end. */
function lineStartFrom(from: usize, end: usize): usize {
  let at = from;
  while (at < end && load<u8>(at) != LINE_FEED) at++;
  return at < end ? at + 1 : end;
}

/**
 * Walks over the text, and notes each byte that leads to a state from `noted` on.
 *
 * @param state before its first byte
 * @param lineStart the state in which a line begins
 * @returns how many it has noted, in their order
 */
export function walk(length: usize, state: u32, noted: u32, lineStart: u32): u32 {
  const end = textAt + length;
  const from1 = lineStartFrom(textAt + (length >> 2), end);
  const from2 = lineStartFrom(max(from1, textAt + (length >> 1)), end);
  const from3 = lineStartFrom(max(from2, textAt + (length >> 2) * 3), end);
  const together = min(min(from1 - textAt, from2 - from1), min(from3 - from2, end - from3));

  let state0 = state;
  let state1 = lineStart;
  let state2 = lineStart;
  let state3 = lineStart;
  // Each part notes where there is room for all of it.
  const place1 = reachedAt + (from1 - textAt) * reachedBytes;
  const place2 = reachedAt + (from2 - textAt) * reachedBytes;
  const place3 = reachedAt + (from3 - textAt) * reachedBytes;
  let next0 = reachedAt;
  let next1 = place1;
  let next2 = place2;
  let next3 = place3;
  for (let index: usize = 0; index < together; index++) {
    const at0 = textAt + index;
    const at1 = from1 + index;
    const at2 = from2 + index;
    const at3 = from3 + index;
    state0 = step(state0, at0);
    state1 = step(state1, at1);
    state2 = step(state2, at2);
    state3 = step(state3, at3);
    if (state0 >= noted) next0 = reach(next0, at0, state0);
    if (state1 >= noted) next1 = reach(next1, at1, state1);
    if (state2 >= noted) next2 = reach(next2, at2, state2);
    if (state3 >= noted) next3 = reach(next3, at3, state3);
  }

  reached = next0;
  lastState = walkOne(textAt + together, from1, state0, noted);
  if (from1 < end) lastState = walkPart(place1, next1, from1 + together, from2, state1, noted);
  if (from2 < end) lastState = walkPart(place2, next2, from2 + together, from3, state2, noted);
  if (from3 < end) lastState = walkPart(place3, next3, from3 + together, end, state3, noted);
  return <u32>((reached - reachedAt) / reachedBytes);
}

/** Moves what a part has noted behind the part before it, and walks to its end. */
function walkPart(place: usize, next: usize, from: usize, end: usize, state: u32, noted: u32): u32 {
  memory.copy(reached, place, next - place);
  reached += next - place;
  return walkOne(from, end, state, noted);
}
