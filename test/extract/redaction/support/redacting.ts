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

/** Redacts bytes that come in these pieces. */
export function redactPieces(
  pieces: readonly (string | Buffer)[],
  { columns, detector = usualDetector }: { columns?: number; detector?: typeof usualDetector } = {},
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
  for (const bytes of memory) {
    const chunk: Chunk = { stream: 'stdout', offset, timeUs: offset, bytes };
    redactor.take(chunk);
    offset += bytes.length;
  }
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
