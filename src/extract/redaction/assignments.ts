import { looksRandom } from './looks-random.ts';
import { type RedactionRule, secretInContext } from './rule.ts';

const passwords = ['password', 'passwd', 'passphrase', 'passwort', 'kennwort', 'passcode'];
const keys = [
  'secret',
  'token',
  'api_key',
  'apikey',
  'api-key',
  'access_key',
  'accesskey',
  'access-key',
  'private_key',
  'privatekey',
  'private-key',
  'auth_key',
  'authkey',
  'auth-key',
  'encryption_key',
  'encryptionkey',
  'signing_key',
  'signingkey',
  'master_key',
  'account_key',
  'license_key',
  'credential',
  'pwd',
];

/** `password`, `DB_PASSWORD`, `clientSecret`, … and what a name may go on with behind it. */
const name = `(?:${[...passwords, ...keys].join('|')})[\\w-]{0,24}`;

const opening = '\\\\*["\'`]';
/** Up to the quote that it began with, or to the line's end. */
const quoted = `(?<quote>${opening})(?<secret>(?:(?!\\k<quote>)[^\\r\\n]){1,400})`;
/** Code that calls, indexes or is typed goes on with a bracket. */
const unquoted = '[^\\x00-\\x20"\'`,;<>(){}|&\\\\\\[\\]]{1,400}(?=[\\x00-\\x20"\'`,;>){}|&\\\\\\]]|$)';
const value = `(?:${quoted}|(?<end>${unquoted}))`;

/** Placeholders, references and types: what stands where a secret could. */
const placeholder =
  /^(?:[$%<{[].*|.*\$\{.*|x{3,}|\.{3,}|-+|(?:your|my|the|an?|some|insert|enter|replace|change|test|fake|dummy|sample|example)[-_ ].*|change-?me.*|todo|redacted|masked|hidden|none|null|nil|undefined|true|false|string|str|bytes|number|int|any|unknown|optional|required|env|secret|password|token|process\.env.*|os\.environ.*|env\..*|vault:.*|file:.*|https?:\/\/[^@]*|sha\d+[-:].*)$/i;

/** Of a token without its letters nothing is left to mask, though nothing tells any more which it was. */
const maskedToken = /^[^A-Za-z0-9\x80-\xff]+\*$/;

const isPassword = new RegExp(passwords.join('|'), 'i');

function isSecret(secret: string, match: string): boolean {
  // The rest of what was masked from its start; a mask within is that of a token, which has a rule of its own.
  if (/\*{4}/.test(secret)) return secret.startsWith('****') && !maskedToken.test(secret);
  if (placeholder.test(secret)) return false;
  const isQuoted = match.endsWith(secret) && /["'`]$/.test(match.slice(0, -secret.length));
  return looksRandom(secret, { isPassword: isPassword.test(match), isQuoted });
}

/** `password = …`, `API_KEY: …`, `"client_secret": "…"`, `--token …`: told from other text by how random the value is. */
export const assignments: readonly RedactionRule[] = [
  secretInContext(
    'assignment',
    [...passwords, ...keys],
    new RegExp(
      `${name}\\\\*["\'\`]?\\]?[ \\t]*(?:=>|:=|\\?=|={1,3}|:)[ \\t]*(?:[A-Za-z]{6,8}[ \\t]+(?=["'\`]))?${value}`,
      'i',
    ),
    { isSecret },
  ),
  secretInContext(
    'assignment',
    ['-token', '-password', '-passwd', '-passphrase', '-secret', '-key', '-credential'],
    new RegExp(
      `(?<![\\w])--?(?:[a-z0-9]+-)*(?:token|password|passwd|passphrase|secret|key|credentials?)[ \\t]+${value}`,
      'i',
    ),
    { isSecret },
  ),
];
