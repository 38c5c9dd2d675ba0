/** Whether the byte is the second or a later one of a UTF-8 character. */
export function isUtf8Continuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
