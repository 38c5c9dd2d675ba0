/** Of a longer text an event carries the beginning. */
const maxTextBytes = 4 * 1024;

/** The beginning of a text that fits into an event, without half a character at its end. */
export function boundedText(text: string): string {
  if (text.length * 3 <= maxTextBytes || Buffer.byteLength(text) <= maxTextBytes) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxTextBytes));
  return text.slice(0, read);
}
