/**
 * One kind of secret.
 *
 * Text is looked at line by line, as bytes: each character of the string is one byte of its UTF-8. An alphabet has
 * `*` in it wherever it has letters, so that what was masked in part is found again, and masked wholly.
 */
export interface RedactionRule {
  readonly id: string;
  /** One of these stands in every line with such a secret, without ASCII case; also when it is masked, if it may go on. */
  readonly literals: readonly string[];
  /** What it looks like. The groups `secret` and, where it has two parts, `end` reach from its first byte to its last. */
  readonly regex: RegExp;
  /** Whether it is part of a longer word where a letter or a digit stands before it; escapes such as `\n` do not count. */
  readonly beginsWord: boolean;
  /** `letters` leaves what stands between letters and digits as it is, so that one sees what was there: `****@****.***`. */
  readonly mask: 'all' | 'letters';
  /** Whether what looks so is one. */
  readonly isSecret?: (secret: string, match: string) => boolean;
}

/** A token of a known format: public letters in front, by which it is known and which stay, and what nobody must know. */
export function tokenFormat(
  id: string,
  literals: readonly string[],
  regex: RegExp,
  rest: Partial<Pick<RedactionRule, 'beginsWord' | 'isSecret' | 'mask'>> = {},
): RedactionRule {
  return { id, literals, regex: prepared(regex), beginsWord: true, mask: 'letters', ...rest };
}

/** Found by what stands around it. */
export function secretInContext(
  id: string,
  literals: readonly string[],
  regex: RegExp,
  rest: Partial<Pick<RedactionRule, 'beginsWord' | 'isSecret' | 'mask'>> = {},
): RedactionRule {
  return { id, literals, regex: prepared(regex), beginsWord: false, mask: 'all', ...rest };
}

/** Flag `d` tells where groups are. */
const prepared = (regex: RegExp) => new RegExp(regex.source, `dg${regex.flags}`);
