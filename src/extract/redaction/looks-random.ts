/** Shannon's entropy of the text's characters, in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** `config.password`, `getToken`, `token_count`, `./key.pem`: code and files, not what they stand for. */
const isNameOrPath =
  /^(?:[A-Za-z_$][\w$]*(?:[.:]{1,2}[A-Za-z_$][\w$]*)+|(?:\.{0,2}|~)\/[\w.@-]+(?:\/[\w.@-]*)*|[A-Za-z]:\\.*|[A-Za-z_]+[\w]*\.[a-z]{2,4})$/;

const isNumber = /^[\d.,_:/-]+[a-z%]{0,2}$/i;
const isHex = /^[a-f0-9-]{16,}$/i;

/**
 * Whether a value that is called a secret is one, by how random it is.
 *
 * The bounds are those at which the generated corpus (`npm run score:redaction`) has its recall without harm to
 * clean lines.
 */
export function looksRandom(
  text: string,
  { isPassword, isQuoted }: { readonly isPassword: boolean; readonly isQuoted: boolean },
): boolean {
  if (text.length < 8 || text.includes(' ')) return false;
  if (isNumber.test(text)) return isPassword && text.length >= 8 && /^\d+$/.test(text);
  if (isHex.test(text) && text.length >= 20) return entropyOf(text) >= 2.5;
  if (isNameOrPath.test(text)) return false;
  const hasDigit = /\d/.test(text);
  const hasSymbol = /[^A-Za-z0-9_-]/.test(text);
  const isMixed = /[a-z]/.test(text) && /[A-Z]/.test(text);
  const entropy = entropyOf(text);
  if (hasDigit) return entropy >= (isPassword || isQuoted ? 2.3 : 2.8);
  if (hasSymbol && (isPassword || isQuoted)) return entropy >= 2.8 && /[!@#$%^&+=~?]/.test(text);
  if (isMixed && text.length >= 20) return entropy >= 3.8;
  return isPassword && isQuoted && entropy >= 3 && text.length >= 12;
}
