import type { RedactionRule } from './rule.ts';

const MASK = 0x2a;
const LINE_FEED = 0x0a;

const isLetterOrDigit = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte >= 0x80;

/** Overwrites a secret in place, byte by byte. Line ends stay. @returns whether anything has changed */
export function maskBytes(bytes: Uint8Array, start: number, end: number, mask: RedactionRule['mask']): boolean {
  let hasChanged = false;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? MASK;
    if (byte === MASK || byte === LINE_FEED || (mask === 'letters' && !isLetterOrDigit(byte))) continue;
    bytes[at] = MASK;
    hasChanged = true;
  }
  return hasChanged;
}
