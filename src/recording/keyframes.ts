import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import type { Keyframe } from '../domain/keyframe.ts';
import type { RecordingFolder } from './folder.ts';

/*
 * The file `keyframes`: one JSON object per line, in the order of their
 * times. It only saves time. Whatever is wrong with it, the recording is read
 * from further back instead.
 */

/** How each line begins: the only part of most that is read. */
const head = /^\{"timeUs":(\d+),"offset":(\d+),/;
const longestHead = 64;

/** Appends keyframes; those that are there already are not written again, and a disk that refuses is left alone. */
export function createKeyframeWriter(folder: RecordingFolder): (keyframe: Keyframe) => void {
  let last: Pick<Keyframe, 'timeUs' | 'offset'> | undefined;
  /** What a crash has cut stays a line by itself. */
  let cutEnd = '';
  let isRefusing = false;

  function append({ timeUs, offset, columns, rows, screen }: Keyframe): void {
    if (last === undefined) {
      const bytes = readIfThere(folder);
      last = headsOf(bytes).at(-1) ?? { timeUs: -1, offset: -1 };
      if (bytes.length > 0 && bytes.at(-1) !== lineFeed) cutEnd = '\n';
    }
    if (offset < last.offset || timeUs <= last.timeUs) return;
    const line = JSON.stringify({ timeUs, offset, columns, rows, screen });
    appendFileSync(folder.keyframes, `${cutEnd}${line}\n`, { mode: 0o600 });
    last = { timeUs, offset };
    cutEnd = '';
  }

  return (keyframe) => {
    if (isRefusing) return;
    try {
      append(keyframe);
    } catch {
      isRefusing = true;
    }
  };
}

/** The last keyframe of that time or before; undefined where the recording is to be read from its start. */
export function readKeyframe(folder: RecordingFolder, timeUs: number): Keyframe | undefined {
  const bytes = readIfThere(folder);
  const earlier = headsOf(bytes).filter((each) => each.timeUs <= timeUs);
  for (const { start, end } of earlier.reverse()) {
    const keyframe = parseKeyframe(bytes.toString('utf8', start, end));
    if (keyframe) return keyframe;
  }
  return undefined;
}

export function removeKeyframes(folder: RecordingFolder): void {
  rmSync(folder.keyframes, { force: true });
}

const lineFeed = 0x0a;

interface Head {
  readonly timeUs: number;
  readonly offset: number;
  readonly start: number;
  readonly end: number;
}

/** Of the lines that are whole. */
function headsOf(bytes: Buffer): Head[] {
  const heads: Head[] = [];
  for (let start = 0, end; (end = bytes.indexOf(lineFeed, start)) !== -1; start = end + 1) {
    const [, timeUs, offset] = head.exec(bytes.toString('latin1', start, Math.min(end, start + longestHead))) ?? [];
    if (timeUs !== undefined) heads.push({ timeUs: Number(timeUs), offset: Number(offset), start, end });
  }
  return heads;
}

function parseKeyframe(line: string): Keyframe | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isKeyframe(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isKeyframe(value: unknown): value is Keyframe {
  if (typeof value !== 'object' || value === null) return false;
  const { screen, ...numbers } = value as Partial<Record<keyof Keyframe, unknown>>;
  const { timeUs, offset, columns, rows } = numbers;
  return typeof screen === 'string' && [timeUs, offset, columns, rows].every((each) => Number.isSafeInteger(each));
}

function readIfThere(folder: RecordingFolder): Buffer {
  try {
    return readFileSync(folder.keyframes);
  } catch {
    return Buffer.alloc(0);
  }
}
