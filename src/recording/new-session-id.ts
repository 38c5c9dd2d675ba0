/** Crockford's base 32. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The id of a session that starts now: a ULID. Ids sort by their time.
 *
 * @param randomness 16 random bytes
 */
export function newSessionId(nowMs: number, randomness: Uint8Array): string {
  let time = '';
  for (let rest = nowMs; time.length < 10; rest = Math.floor(rest / 32)) time = `${digits.charAt(rest % 32)}${time}`;
  return time + Array.from(randomness.subarray(0, 16), (byte) => digits.charAt(byte % 32)).join('');
}
