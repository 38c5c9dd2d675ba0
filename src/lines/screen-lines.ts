import type { Chunk } from '../domain/chunk.ts';
import type { Keyframe } from '../domain/keyframe.ts';
import type { Form, Frame, LineBlock, Screen } from '../domain/line.ts';
import type { NotificationSignal } from '../domain/state.ts';
import { createEmulatedTerminal, type View } from './emulated-terminal.ts';
import { inputRow } from './input-row.ts';
import { linesOf, printedLinesOf, type ScreenLine } from './screen-text.ts';
import { createTranscript, type SettledLine } from './transcript.ts';

/** For how long nothing is written where a frame ends. */
const quietUs = 3_000;
/** The screen is looked at no more often. */
const lookIntervalUs = 50_000;
/** It is looked at this late, though frames may follow each other without a pause. */
const maxUnseenUs = 250_000;

/** The same where frames are announced, and one may be under way. */
const frameUs = 100_000;
const maxFrameUs = 1_000_000;

/** Frames that are announced are looked at one by one, as long as they are not so many more than the intervals. */
const framesAhead = 400;

/** For so long after a resize an interface may still lay out its lines anew. */
const relayUs = 300_000;

/** What a terminal's output says, line by line. */
export interface ScreenLines {
  /** Shows the chunk; gives the lines that were settled on before it. Chunks come in the order of their times. */
  push(chunk: Chunk): LineBlock[];
  /** The terminal has another size from now on. */
  resize(columns: number, rows: number, timeUs: number): LineBlock[];
  /** The lines that are settled on by then, when nothing is written until then. */
  wait(timeUs: number): LineBlock[];
  /** When {@link ScreenLines.wait} has something to do next. */
  readonly nextUs: number | undefined;
  /** All that stands on the screen now, where a question waits; its own lines are never told. */
  settleNow(questionLines: ReadonlySet<string>, timeUs: number): LineBlock[];
  /** What stands on the screen behind the last byte; undefined in the midst of a frame. Changes nothing. */
  peek(): Screen | undefined;
  /** All that was not settled on yet. */
  end(timeUs: number): LineBlock[];
}

/**
 * Reads the output of a session in a terminal as a person would who looks at it.
 *
 * Which lines come out depends on the bytes and their times alone: not on
 * how they are cut into chunks, and not on when {@link ScreenLines.wait} is called.
 */
export function createScreenLines(options: {
  readonly columns: number;
  readonly rows: number;
  readonly onSignal: (signal: NotificationSignal) => void;
  /** Told at each look at which the screen has changed. */
  readonly onScreen: (screen: Screen) => void;
  /** Told now and then what to begin with to show the screen of a later moment. */
  readonly onKeyframe?: (keyframe: Keyframe) => void;
}): ScreenLines {
  const { columns, rows, onSignal, onScreen, onKeyframe } = options;
  let timeUs = 0;
  const terminal = createEmulatedTerminal({
    columns,
    rows,
    onSignal: (signal) => onSignal({ ...signal, timeUs }),
    ...(onKeyframe && { onKeyframe: (keyframe) => onKeyframe({ ...keyframe, timeUs }) }),
    onSwitch: () => look(timeUs),
    onFrame: seeFrame,
  });
  const transcripts = { normal: createTranscript(), alternate: createTranscript() };
  let offset = 0;
  let nextLine = 1;
  let lastLookUs = -lookIntervalUs;
  let isUnseen = false;
  let frames = 0;
  let lastFrameUs = -Infinity;
  let laidAnewUntilUs = 0;
  let wasAlternate = false;
  /** Once there was an interface, what it leaves behind is still as it laid it out, and its last words are its own. */
  let form: Form = 'plain';
  /** What stood in the place to type in, and below it. */
  let hints: readonly string[] = [];
  let blocks: LineBlock[] = [];
  let shown: Pick<Screen, 'form' | 'lines'> | undefined;

  function seeFrame(): void {
    if (frames >= framesAhead + timeUs / lookIntervalUs) return;
    frames += 1;
    lastFrameUs = timeUs;
    look(timeUs, true);
  }

  function look(atUs: number, isWhole = false): void {
    const view = terminal.look();
    isUnseen = false;
    lastLookUs = atUs;
    if (view.isAlternate !== wasAlternate) give(transcript().leave(), atUs);
    wasAlternate = view.isAlternate;
    const input = inputRow(view);
    const { scrolledOff } = view;
    const isRepainted = view.isRepainted || atUs < laidAnewUntilUs;
    if (view.isInteractive) form = 'screen';
    const { lines, below } = readLines(view, form, input);
    // An interface that ends leaves its place to type in behind.
    const said = view.isInteractive ? lines : withoutRun(lines, hints);
    give(transcript().see({ lines: said, scrolledOff, timeUs: atUs, offset, form, isRepainted, isWhole }), atUs);
    if (view.isInteractive) hints = below.map(({ wording }) => wording.text);
    show(onlyOnScreen([...lines, ...below], view), atUs);
  }

  function show(lines: Screen['lines'], atUs: number): void {
    const isAsBefore = (line: Screen['lines'][number], index: number) => line === shown?.lines[index];
    if (shown?.form === form && shown.lines.length === lines.length && lines.every(isAsBefore)) return;
    shown = { form, lines };
    onScreen({ timeUs: atUs, offset, form, lines });
  }

  const transcript = () => (wasAlternate ? transcripts.alternate : transcripts.normal);

  function give(lines: readonly SettledLine[], atUs: number): void {
    for (let start = 0; start < lines.length; ) {
      const form = lines[start]?.form ?? 'plain';
      let end = start;
      while (end < lines.length && lines[end]?.form === form) end += 1;
      blocks.push(blockOf(lines.slice(start, end), form, atUs));
      start = end;
    }
  }

  function blockOf(lines: readonly SettledLine[], form: Form, atUs: number): LineBlock {
    const frames = new Map<number, Frame>();
    for (const [index, { frame }] of lines.entries()) if (frame) frames.set(index, frame);
    const firstLine = nextLine;
    nextLine += lines.length;
    return {
      stream: 'stdout',
      bytes: Buffer.from(lines.map(({ text }) => `${text}\n`).join('')),
      firstLine,
      lines: lines.length,
      lineOffsets: lines.map((line) => line.offset),
      offset: lines[0]?.offset ?? offset,
      endOffset: offset,
      timeUs: atUs,
      form,
      frames,
    };
  }

  /** When the screen is to be looked at; never when nothing has changed. */
  function lookDueUs(): number {
    if (!isUnseen) return Infinity;
    const isAnnounced = terminal.isMidFrame || timeUs - lastFrameUs < maxFrameUs;
    const [pauseUs, latestUs] = isAnnounced ? [frameUs, maxFrameUs] : [quietUs, maxUnseenUs];
    const earliest = Math.max(timeUs + pauseUs, lastLookUs + lookIntervalUs);
    return Math.max(timeUs, Math.min(earliest, lastLookUs + latestUs));
  }

  const nextUs = () => Math.min(lookDueUs(), transcripts.normal.nextUs, transcripts.alternate.nextUs);

  /** Lets the time pass up to this moment. */
  function pass(untilUs: number): void {
    for (let next = nextUs(); next <= untilUs && next < Infinity; next = nextUs()) {
      if (next === lookDueUs()) look(next);
      else give(transcript().wait(next), next);
    }
  }

  function taken(): LineBlock[] {
    const given = blocks;
    blocks = [];
    return given;
  }

  return {
    push(chunk) {
      if (chunk.timeUs > timeUs) {
        pass(chunk.timeUs);
        timeUs = chunk.timeUs;
      }
      terminal.write(chunk.bytes, () => look(timeUs));
      offset = chunk.offset + chunk.bytes.length;
      isUnseen = true;
      return taken();
    },
    resize(columns, rows, atUs) {
      pass(atUs);
      timeUs = Math.max(timeUs, atUs);
      if (isUnseen) look(timeUs);
      terminal.resize(columns, rows);
      laidAnewUntilUs = timeUs + relayUs;
      return taken();
    },
    wait(untilUs) {
      pass(untilUs);
      return taken();
    },
    peek() {
      if (terminal.isMidFrame) return undefined;
      const view = terminal.peek();
      const seenForm = view.isInteractive ? 'screen' : form;
      const { lines, below } = readLines(view, seenForm, inputRow(view));
      return { timeUs, offset, form: seenForm, lines: onlyOnScreen([...lines, ...below], view) };
    },
    get nextUs() {
      const next = nextUs();
      return next === Infinity ? undefined : next;
    },
    settleNow(questionLines, atUs) {
      give(transcript().settleNow(questionLines), atUs);
      return taken();
    },
    end(atUs) {
      pass(atUs);
      if (isUnseen) look(atUs);
      give(transcripts.alternate.leave(), atUs);
      give(transcripts.normal.leave(), atUs);
      terminal.dispose();
      return taken();
    },
  };
}

/** The lines of what was said, and those of the place to type in and below it. */
function readLines({ rows, columns }: View, form: Form, input: number | undefined) {
  return {
    lines: form === 'plain' ? printedLinesOf(rows) : linesOf(rows, columns, 0, input),
    below: input === undefined ? [] : linesOf(rows, columns, input),
  };
}

const onlyOnScreen = (lines: readonly ScreenLine[], { scrolledOff }: View): Screen['lines'] =>
  lines.filter(({ lastRow }) => lastRow >= scrolledOff).map(({ wording }) => wording);

/** Leaves out the lines that follow each other with these texts, or at least with the first two of them. */
function withoutRun(lines: readonly ScreenLine[], texts: readonly string[]): readonly ScreenLine[] {
  if (texts.length === 0) return lines;
  const needed = Math.min(2, texts.length);
  for (let start = 0; start + needed <= lines.length; start += 1) {
    const length = texts.findIndex((text, index) => lines[start + index]?.wording.text !== text);
    const run = length === -1 ? texts.length : length;
    if (run >= needed) return lines.toSpliced(start, run);
  }
  return lines;
}
