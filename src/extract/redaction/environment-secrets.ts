/** `GITHUB_TOKEN`, `DB_PASSWORD`, `AWS_SECRET_ACCESS_KEY`, `OPENAI_API_KEY`, … */
const secretName =
  /(?:^|_)(?:PASS(?:WORD|WD|PHRASE|CODE)?|SECRETS?|TOKENS?|(?:[A-Z]*_?)?KEY|APIKEY|CREDENTIALS?|PAT|PWD|PIN|AUTH)(?:_|$)/i;
/** What such names also stand for: files, places, ids. */
const otherName = /(?:^(?:OLD)?PWD$|SSH_AUTH_SOCK|_(?:FILE|PATH|DIR|ID|URL|URI|HOST|NAME|TYPE|COUNT|LIMIT|SOCK)$)/i;

const shortestBytes = 8;

/** The values of an environment's variables that are secrets, by their names. They must be written nowhere. */
export function secretsOfEnvironment(environment: Readonly<Record<string, string | undefined>>): string[] {
  const values = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && secretName.test(name) && !otherName.test(name) ? value.split(/[\r\n]+/) : [],
  );
  return [...new Set(values.map((value) => value.trim()).filter(isTelling))];
}

/** Not so a path, a number that counts, and a word that stands in any text. */
function isTelling(value: string): boolean {
  if (Buffer.byteLength(value) < shortestBytes || /^[~/.]/.test(value)) return false;
  if (/^-{5}(?:BEGIN|END) /.test(value)) return false;
  return /\d/.test(value) ? value.length >= 12 || /[^\d]/.test(value) : /[^A-Za-z]/.test(value) || value.length >= 16;
}
