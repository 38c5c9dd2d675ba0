/** Crockford's base 32. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const randomBits = 80n;
const randomDigits = 16;

/**
 * The id of the session that a file becomes: a ULID whose time is the session's start and whose random part is the
 * file's digest. Thus a file has one place among the recordings, however often and by whoever it is imported.
 *
 * @param digest SHA-256, in hexadecimal
 */
export function importedSessionId(startedAtMs: number, digest: string): string {
  return base32((BigInt(startedAtMs) << randomBits) | randomPart(digest), 26);
}

/** What ids of sessions that were made from this file end in, whenever they started. */
export function importedIdEnding(digest: string): string {
  return base32(randomPart(digest), randomDigits);
}

const randomPart = (digest: string) => BigInt(`0x${digest.slice(0, Number(randomBits) / 4)}`);

function base32(value: bigint, length: number): string {
  return Array.from({ length }, (_, index) => digits[Number((value >> BigInt(5 * (length - 1 - index))) & 31n)]).join(
    '',
  );
}
