// Sessions of interfaces that paint the whole screen, as moments of a recording: the same bytes each time.

import { seeded } from './random.mjs';
import { isSmoke } from './trial.mjs';

/** What a session is called, the size it begins with, and its moments. */
export const sessions = [
  { name: 'dense', size: { columns: 100, rows: 30 }, moments: denseMoments },
  { name: 'sparse', size: { columns: 120, rows: 40 }, moments: sparseMoments },
];

const denseBytes = isSmoke ? 100_000 : 10_000_000;
const sparseChunks = isSmoke ? 2_000 : 200_000;

/** Chunks of up to 4096 bytes, the frames 16 ms apart, with a pause behind each answer. */
function* denseMoments({ columns, rows }) {
  const random = seeded(1);
  let offset = 0;
  let timeUs = 0;
  const size = { columns, rows };
  for (let turn = 0; offset < denseBytes; turn += 1) {
    if (turn % 40 === 39) {
      Object.assign(size, { columns: 80 + random(60), rows: 24 + random(20) });
      yield { kind: 'resize', ...size, timeUs };
    }
    for (const text of frames(turn, size, random)) {
      const bytes = Buffer.from(text);
      for (let start = 0; start < bytes.length; start += 4096) {
        const piece = bytes.subarray(start, Math.min(start + 4096, bytes.length));
        timeUs += start === 0 ? 16_000 : 200;
        yield { stream: 'stdout', offset, timeUs, bytes: piece };
        offset += piece.length;
        if (offset >= denseBytes) return;
      }
    }
    timeUs += 1_500_000;
  }
}

/** One question and its answer, on the alternate screen or scrolled into the normal one. */
function* frames(turn, { columns, rows }, random) {
  const sentence = (length) => wordsOf(length, random);
  const answer = Array.from({ length: 12 + random(10) }, (_, nth) =>
    nth % 5 === 4 ? `Bash(npm test -- ${sentence(2)})` : `${nth}. ${sentence(6 + random(6))}`,
  );
  const isAlternate = turn % 2 === 0;
  yield isAlternate ? '\x1b[?1049h\x1b[?2004h\x1b[2J\x1b[H' : '\x1b[?1049l\x1b[?2004h';
  const colour = () => `\x1b[38;2;${random(256)};${random(256)};${random(256)}m`;
  let shown = 0;
  for (let frame = 0; shown < answer.length; frame += 1) {
    const status = `${colour()}${spinner(frame)}\x1b[0m \x1b[2mWorking (${frame}s • esc to interrupt)\x1b[22m`;
    const isNext = frame % 4 === 3;
    if (isAlternate) {
      const said = answer.slice(Math.max(0, shown - rows + 8), shown + 1);
      const body = said.map((line, nth) => {
        const text = nth === said.length - 1 && !isNext ? line.slice(0, (line.length * (frame % 4)) / 3) : line;
        return `\x1b[${nth + 2};1H${colour()}⏺\x1b[0m \x1b[1m${text.slice(0, 10)}\x1b[22m${text.slice(10)}\x1b[K`;
      });
      yield `\x1b[?2026h\x1b[?25l${body.join('')}${box(rows - 3, columns)}\x1b[${rows};1H${status}\x1b[K\x1b[${rows - 2};5H\x1b[?25h\x1b[?2026l`;
    } else if (isNext) {
      yield `\x1b[?2026h\x1b[1;${rows - 2}r\x1b[${rows - 2};1H\r\n${colour()}⏺ \x1b[0m${answer[shown]}\x1b[r\x1b[${rows - 1};1H${status}\x1b[K\x1b[${rows};1H❯ \x1b[?2026l`;
    } else {
      yield `\x1b[${rows - 1};1H${status}\x1b[K\x1b[${rows};3H`;
    }
    if (isNext) shown += 1;
  }
}

/** An hour of small changes: some 50 chunks in a second, mostly of less than 100 bytes. */
function* sparseMoments(size) {
  const random = seeded(2);
  let offset = 0;
  let timeUs = 0;
  for (let turn = 0, chunks = 0; chunks < sparseChunks; turn += 1) {
    for (const [pauseMs, text] of changes(turn, size, random)) {
      const bytes = Buffer.from(text);
      timeUs += pauseMs * 1000;
      yield { stream: 'stdout', offset, timeUs, bytes };
      offset += bytes.length;
      chunks += 1;
      if (chunks === sparseChunks) return;
    }
  }
}

/**
 * One question, typed into a box, and its answer, which grows word by word above it, with a spinner, counters and a
 * clock; on the normal screen, on the alternate one, or in frames that are announced. Each as [pause before, text].
 */
function* changes(turn, { columns, rows }, random) {
  const [isAlternate, isAnnounced] = [turn % 3 === 1, turn % 3 === 2];
  const [bottom, statusRow, boxRow] = [rows - 5, rows - 4, rows - 3];
  const at = (row, column, text) => `\x1b[${row};${column}H${text}`;
  const home = `\x1b[${boxRow + 1};5H`;
  const frame = (text) => (isAnnounced ? `\x1b[?2026h${text}${home}\x1b[?2026l` : `${text}${home}`);
  const footer = (seconds) =>
    at(rows, columns - 9, `\x1b[2m${new Date(seconds * 1000).toISOString().slice(11, 19)}\x1b[m`);
  const scroll = `\x1b[1;${bottom}r${at(bottom, 1, '\r\n')}\x1b[r`;
  yield [
    0,
    `\x1b[?1049${isAlternate ? 'h\x1b[2J' : 'l'}\x1b[?2004h${box(boxRow, columns)}${at(rows, 3, '? for help')}`,
  ];
  const prompt = wordsOf(4 + random(6), random);
  for (const [nth, letter] of [...prompt].entries()) {
    yield [30 + random(50), at(boxRow + 1, 5 + nth, `\x1b[38;5;15m${letter}\x1b[m\x1b[7m \x1b[27m`)];
  }
  yield [400, frame(`${box(boxRow, columns)}${scroll}${at(bottom, 1, `\x1b[1m❯ ${prompt}\x1b[m`)}${scroll}`)];
  let frames = 0;
  for (let line = 0, lines = 10 + random(20); line < lines; line += 1) {
    const isTool = line % 6 === 5;
    const lead = isTool ? '⏺ Bash(' : line % 6 === 0 ? '⎿ ' : line % 3 === 1 ? '⏺ ' : '  ';
    const text = `${lead}${wordsOf(isTool ? 3 : 8 + random(6), random)}${isTool ? ')' : '.'}`;
    yield [30, frame(`${scroll}${at(bottom, 1, lead)}`)];
    for (let end = lead.length; end < text.length; frames += 1) {
      const start = end;
      end += 2 + random(6);
      yield [
        3 + random(9),
        frame(at(bottom, start + 1, `\x1b[38;5;${230 + random(20)}m${text.slice(start, end)}\x1b[m`)),
      ];
      const seconds = Math.floor(frames / 50);
      if (frames % 4 === 0) {
        const status = `\x1b[2mWorking (${seconds}s • ↓ ${frames} tokens • esc to interrupt)\x1b[22m`;
        yield [2, frame(at(statusRow, 1, `\x1b[38;5;${random(256)}m${spinner(frames / 4)}\x1b[m ${status}\x1b[K`))];
      }
      if (frames % 50 === 0) yield [2, frame(footer(turn * 20 + seconds))];
    }
  }
  yield [20, frame(at(statusRow, 1, '\x1b[K'))];
  yield [1500, frame(footer(turn * 20))];
}

const box = (row, columns) =>
  `\x1b[${row};1H╭${'─'.repeat(columns - 2)}╮\r\n│ ❯ \x1b[7m \x1b[27m${' '.repeat(columns - 6)}│\r\n╰${'─'.repeat(columns - 2)}╯`;

const spinner = (frame) => '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[frame % 10];

const words = 'the file session reads bytes lines and prints what it found before error warning done run test'.split(
  ' ',
);
const wordsOf = (count, random) => Array.from({ length: count }, () => words[random(words.length)]).join(' ');
