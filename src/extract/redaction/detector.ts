import type { RedactionSettings } from '../../domain/config.ts';
import { createLiteralScanner } from '../literal-scanner.ts';
import { type Allowance, allowance } from './allowance.ts';
import { assignments } from './assignments.ts';
import { emailAddresses, phoneNumbers, streetAddresses } from './personal-data.ts';
import { privateKeyLiteral, type PrivateKeyReader } from './private-keys.ts';
import type { RedactionRule } from './rule.ts';
import { tokenFormats } from './token-formats.ts';

/** A secret among some bytes. */
export interface Finding {
  /** The rule's id. */
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  readonly mask: RedactionRule['mask'];
  /** False for what is a part of another finding. */
  readonly isCounted: boolean;
}

/** Finds secrets in lines. May serve many sessions. */
export interface Detector {
  /**
   * @param text lines of UTF-8, each ended by a line feed
   * @param keys what is known of private keys from the lines before
   * @param newFrom where the lines end that `keys` has not seen yet
   * @param wholeUntil where the last line begins, if it may go on
   */
  findIn(text: Buffer, keys: PrivateKeyReader, newFrom?: number, wholeUntil?: number): Finding[];
}

export type DetectorSettings = Omit<RedactionSettings, 'enabled'>;

/**
 * One pass over the bytes with all the rules' literals finds the few lines that may hold a secret; what their rules
 * look for is found there by regex.
 *
 * @param secrets values that are masked wherever they stand
 */
export function createDetector(settings: DetectorSettings, secrets: readonly string[] = []): Detector {
  const rules = [
    ...tokenFormats,
    ...assignments,
    ...(settings.email ? [emailAddresses] : []),
    ...(settings.phone ? phoneNumbers : []),
    ...(settings.street ? streetAddresses : []),
  ];
  const values = secrets.map((secret) => Buffer.from(secret).toString('latin1'));
  const isAllowed = allowance(settings.allow);
  /** Which rule or value each literal stands for: first the rules, then the values, then private keys. */
  const sought = [
    ...rules.flatMap(({ literals }, order) => literals.map((literal) => ({ literal, order }))),
    ...secrets.map((literal, index) => ({ literal, order: rules.length + index })),
    { literal: privateKeyLiteral, order: rules.length + values.length },
  ];
  const scanner = createLiteralScanner(sought.map(({ literal }) => literal));
  const orders = Int32Array.from(sought, ({ order }) => order);

  function findByOrder(order: number, line: string): Finding[] {
    const rule = rules[order];
    if (rule !== undefined) return findByRule(rule, line, isAllowed);
    const value = values[order - rules.length];
    return value === undefined ? [] : findValue(value, line, isAllowed);
  }

  return {
    findIn(text, keys, newFrom = 0, wholeUntil = text.length) {
      const findings: Finding[] = [];
      const cursor = scanner.cursorOver(text);
      while (cursor.next(keys.isInside)) {
        const { lineStart, lineEnd, hits, hitCount } = cursor;
        const found = new Set<number>();
        for (let hit = 0; hit < hitCount; hit += 1) found.add(orders[hits[hit] ?? 0] ?? 0);
        const isOfKey = keys.isInside || found.has(rules.length + values.length);
        if (found.size === 0 && !isOfKey) continue;
        const line = text.toString('latin1', lineStart, lineEnd);
        const inLine: Finding[] = [];
        if (isOfKey && lineEnd >= newFrom) {
          for (const { start, end, isFirst } of keys.read(line, lineStart < wholeUntil)) {
            inLine.push({ rule: 'private-key', start, end, mask: 'all', isCounted: isFirst });
          }
        }
        for (const order of [...found].sort((a, b) => a - b)) {
          for (const finding of findByOrder(order, line)) settle(inLine, finding);
        }
        for (const each of inLine) findings.push({ ...each, start: each.start + lineStart, end: each.end + lineStart });
      }
      return findings;
    },
  };
}

function findByRule(rule: RedactionRule, line: string, isAllowed: Allowance): Finding[] {
  const { id, regex, mask, beginsWord, isSecret } = rule;
  const findings: Finding[] = [];
  regex.lastIndex = 0;
  for (let match = regex.exec(line); match !== null; match = regex.exec(line)) {
    const { secret, end: last } = match.indices?.groups ?? {};
    const start = (secret ?? last)?.[0] ?? match.index;
    const end = (last ?? secret)?.[1] ?? regex.lastIndex;
    const text = line.slice(start, end);
    const isIt =
      (!beginsWord || isWordStart(line, match.index)) &&
      (isSecret === undefined || isSecret(text, match[0])) &&
      !isAllowed(text, match[0]);
    if (isIt) findings.push({ rule: id, start, end, mask, isCounted: true });
    // What is none may hold one.
    else regex.lastIndex = Math.max(match.index + 1, Math.min(start, end));
  }
  return findings;
}

function findValue(value: string, line: string, isAllowed: Allowance): Finding[] {
  const findings: Finding[] = [];
  if (isAllowed(value)) return findings;
  for (let at = line.indexOf(value); at !== -1; at = line.indexOf(value, at + value.length)) {
    findings.push({ rule: 'environment', start: at, end: at + value.length, mask: 'all', isCounted: true });
  }
  return findings;
}

/** Where a word begins: not behind a letter or a digit, unless that is the end of an escape, as in JSON and URLs. */
function isWordStart(line: string, index: number): boolean {
  if (index === 0 || !/[A-Za-z0-9]/.test(line.charAt(index - 1))) return true;
  return /(?:\\[bfnrtv0]|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2})$/.test(
    line.slice(Math.max(0, index - 6), index),
  );
}

/** So long may a token's public beginning be, which an assignment takes for a part of its value. */
const longestPrefix = 24;

/** Adds it to what more particular rules have found in the line, whose masks let more be seen. */
function settle(found: Finding[], { start, end, ...rest }: Finding): void {
  const others = found.filter((other) => other.start < end && start < other.end);
  const isKnown = others.some((other) => other.end >= end && other.start - start <= longestPrefix);
  // A password and the host behind it are no address.
  if (rest.rule === emailAddresses.id && others.length > 0) return;
  if (!isKnown) found.push({ ...rest, start, end, isCounted: others.length === 0 });
}
