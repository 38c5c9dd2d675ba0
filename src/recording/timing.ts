import type { Mark, Stream } from '../domain/chunk.ts';
import type { Deed } from '../domain/deed.ts';

/**
 * One line of the `timing` file, in the advanced format of util-linux's
 * `script` (scriptlive(1), since 2.35): a type, the seconds since the line
 * before, and what the type asks for. `E`, for stderr, `H … GAP_…`,
 * `H … CONTROL` with JSON, and the signals SIGSTOP and SIGCONT are ours;
 * scriptreplay passes over them.
 */
export type TimingEntry =
  | { readonly kind: 'chunk'; readonly stream: Stream; readonly timeUs: number; readonly length: number }
  | Mark;

/** The entry as a line; `lastTimeUs` is the time of the entry before, 0 for the first. */
export function formatTiming(entry: TimingEntry, lastTimeUs: number): string {
  const delta = seconds(entry.timeUs - lastTimeUs);
  switch (entry.kind) {
    case 'chunk':
      return `${entry.stream === 'stdout' ? 'O' : 'E'} ${delta} ${entry.length}\n`;
    case 'gap':
      return `H ${delta} GAP_${entry.stream.toUpperCase()} ${entry.length}\n`;
    case 'resize':
      return `S ${delta} SIGWINCH ROWS=${entry.rows} COLS=${entry.columns}\n`;
    case 'stopped':
      return `S ${delta} SIGSTOP\n`;
    case 'continued':
      return `S ${delta} SIGCONT\n`;
    case 'control':
      return `H ${delta} CONTROL ${asciiJson(entry.deed)}\n`;
  }
}

function seconds(microseconds: number): string {
  const whole = Math.floor(microseconds / 1_000_000);
  return `${whole}.${String(microseconds - whole * 1_000_000).padStart(6, '0')}`;
}

const line = /^(?<type>[OEHS]) (?<seconds>\d+)\.(?<microseconds>\d{6}) (?<rest>.*)$/;
const size = /^SIGWINCH ROWS=(?<rows>\d+) COLS=(?<columns>\d+)$/;
const gap = /^GAP_(?<stream>STDOUT|STDERR) (?<length>\d+)$/;

/** The entry in this line; only its time where it is of a kind that we don't write; undefined where it is no timing line. */
export function parseTiming(
  text: string,
  lastTimeUs: number,
): TimingEntry | { kind: 'other'; timeUs: number } | undefined {
  const parts = line.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const rest = parts['rest'] ?? '';
  const timeUs = lastTimeUs + Number(parts['seconds']) * 1_000_000 + Number(parts['microseconds']);
  switch (parts['type']) {
    case 'O':
    case 'E': {
      if (!/^\d+$/.test(rest)) return undefined;
      return { kind: 'chunk', stream: parts['type'] === 'O' ? 'stdout' : 'stderr', timeUs, length: Number(rest) };
    }
    case 'H': {
      const groups = gap.exec(rest)?.groups;
      if (groups === undefined) {
        const deed = deedIn(rest);
        return deed === undefined ? { kind: 'other', timeUs } : { kind: 'control', timeUs, deed };
      }
      const stream = groups['stream'] === 'STDOUT' ? 'stdout' : 'stderr';
      return { kind: 'gap', stream, timeUs, length: Number(groups['length']) };
    }
    default: {
      if (rest === 'SIGSTOP') return { kind: 'stopped', timeUs };
      if (rest === 'SIGCONT') return { kind: 'continued', timeUs };
      const groups = size.exec(rest)?.groups;
      if (groups === undefined) return { kind: 'other', timeUs };
      return { kind: 'resize', timeUs, columns: Number(groups['columns']), rows: Number(groups['rows']) };
    }
  }
}

/** Whoever reads the file byte by byte need not know how it is encoded. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const controlPrefix = 'CONTROL ';

function deedIn(rest: string): Deed | undefined {
  if (!rest.startsWith(controlPrefix)) return undefined;
  try {
    const deed: unknown = JSON.parse(rest.slice(controlPrefix.length));
    return isDeed(deed) ? deed : undefined;
  } catch {
    return undefined;
  }
}

/** Recordings are our own, but disks are not to be trusted: that it is flat is what others rely on. */
function isDeed(value: unknown): value is Deed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const isFlat = Object.values(value).every((each) => typeof each === 'string' || typeof each === 'number');
  return isFlat && 'command' in value && 'by' in value && 'via' in value;
}
