import type { Chunk } from '../../../../src/domain/chunk.ts';
import { defaultSettings, type RedactionSettings } from '../../../../src/domain/config.ts';
import { createDetector } from '../../../../src/extract/redaction/detector.ts';
import { createRedactor } from '../../../../src/extract/redaction/redactor.ts';

export const settings = (changed: Partial<RedactionSettings> = {}): RedactionSettings => ({
  ...defaultSettings.redaction,
  ...changed,
});

/** One that serves all tests, as it may. */
export const usualDetector = createDetector(settings());

interface Redacted {
  /** What is in memory in the end. */
  readonly text: string;
  /** What is on disk in the end. */
  readonly recorded: string;
  readonly found: readonly string[];
}

/** Redacts bytes that come in these pieces; `together` so many of them at once. */
export function redactPieces(
  pieces: readonly (string | Buffer)[],
  {
    columns,
    detector = usualDetector,
    together = 1,
  }: { columns?: number; detector?: typeof usualDetector; together?: number } = {},
): Redacted {
  const memory = pieces.map((piece) => Buffer.from(piece));
  const disk = Buffer.concat(memory);
  const found: string[] = [];
  const redactor = createRedactor({
    detector,
    columns,
    onMasked: (_, offset, bytes) => disk.set(bytes, offset),
    onFound: (rule) => found.push(rule),
  });
  let offset = 0;
  let run: Chunk[] = [];
  for (const bytes of memory) {
    run.push({ stream: 'stdout', offset, timeUs: offset, bytes });
    offset += bytes.length;
    if (run.length < together) continue;
    redactor.take(run);
    run = [];
  }
  redactor.take(run);
  return { text: Buffer.concat(memory).toString(), recorded: disk.toString(), found };
}

/** The text in two pieces, for each place between two of its bytes. */
export function everyCut(text: string): [Buffer, Buffer][] {
  const bytes = Buffer.from(text);
  return Array.from({ length: bytes.length - 1 }, (_, index) => [
    bytes.subarray(0, index + 1),
    bytes.subarray(index + 1),
  ]);
}

/** The text one byte at a time. */
export const byteByByte = (text: string): Buffer[] => Array.from(Buffer.from(text), (byte) => Buffer.of(byte));
