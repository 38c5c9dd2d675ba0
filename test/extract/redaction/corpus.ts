import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts';

/*
 * A corpus of lines with and without secrets. All of them are made up when it is
 * asked for, from a seed: no file holds anything that looks like a secret.
 */

export interface SecretSample {
  /** What it is one of. */
  readonly kind: string;
  readonly line: string;
  /** What must not be left of the line. */
  readonly secret: string;
}

const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const digits = '0123456789';
const hex = '0123456789abcdef';
const alphanumeric = lower + upper + digits;
const base64url = `${alphanumeric}-_`;
const base64 = `${alphanumeric}+/`;

export type Make = (random: SeededRandom) => string;

const some =
  (length: number, alphabet: string): Make =>
  ({ below }) =>
    Array.from({ length }, () => alphabet[below(alphabet.length)] ?? '').join('');

/** Parts that are made, and parts that are as they are. */
const of =
  (...parts: readonly (string | Make)[]): Make =>
  (random) =>
    parts.map((part) => (typeof part === 'string' ? part : part(random))).join('');

const jsonInBase64 =
  (value: (random: SeededRandom) => object): Make =>
  (random) =>
    Buffer.from(JSON.stringify(value(random))).toString('base64url');

/** Begins with a letter or a digit in base64url, as no scanner takes a word that begins with a hyphen. */
const key = (length: number) => of(some(1, alphanumeric), some(length - 2, base64url), some(1, alphanumeric));

/** Tokens of known formats: what is public of each, and what is secret. */
export const tokenKinds: Readonly<
  Record<string, { readonly before: string; readonly secret: Make; readonly after?: string }>
> = {
  'aws-access-key': { before: 'AKIA', secret: some(16, `${upper}234567`) },
  'aws-session-key': { before: 'ASIA', secret: some(16, `${upper}234567`) },
  'google-api-key': { before: 'AIza', secret: key(35) },
  'google-oauth-token': { before: 'ya29.', secret: key(120) },
  'google-client-secret': { before: 'GOCSPX-', secret: key(28) },
  'azure-client-secret': { before: '', secret: of(some(3, alphanumeric), '8Q~', key(34)) },
  'azure-storage-key': {
    before: 'AccountName=store;AccountKey=',
    secret: of(some(86, base64), '=='),
    after: ';EndpointSuffix=core',
  },
  'azure-sas': {
    before: 'https://store.blob.core.windows.net/a?sv=2022-11-02&sig=',
    secret: of(some(43, alphanumeric), '%3D'),
  },
  'azure-devops': { before: '', secret: of(some(76, alphanumeric), 'AZDO', some(4, alphanumeric)) },
  digitalocean: { before: 'dop_v1_', secret: some(64, hex) },
  databricks: { before: 'dapi', secret: some(32, hex) },
  vault: { before: 'hvs.', secret: key(90) },
  terraform: { before: '', secret: of(some(14, alphanumeric), '.atlasv1.', key(67)) },
  supabase: { before: 'sbp_', secret: some(40, hex) },
  'github-pat': { before: 'ghp_', secret: some(36, alphanumeric) },
  'github-actions': { before: 'ghs_', secret: some(36, alphanumeric) },
  'github-fine-grained': { before: 'github_pat_', secret: of(some(22, alphanumeric), '_', some(59, alphanumeric)) },
  'gitlab-pat': { before: 'glpat-', secret: key(20) },
  'gitlab-runner': { before: 'glrt-', secret: key(20) },
  atlassian: { before: 'ATATT3', secret: of(key(180), '=', some(8, hex)) },
  bitbucket: { before: 'ATBB', secret: some(32, alphanumeric) },
  linear: { before: 'lin_api_', secret: some(40, alphanumeric) },
  notion: { before: 'ntn_', secret: some(46, alphanumeric) },
  postman: { before: 'PMAK-', secret: of(some(24, hex), '-', some(34, hex)) },
  'openai-project': { before: 'sk-proj-', secret: of(key(74), 'T3BlbkFJ', key(74)) },
  openai: { before: 'sk-', secret: of(some(20, alphanumeric), 'T3BlbkFJ', some(20, alphanumeric)) },
  anthropic: { before: 'sk-ant-', secret: of('api03-', key(93), 'AA') },
  openrouter: { before: 'sk-or-', secret: of('v1-', some(64, hex)) },
  groq: { before: 'gsk_', secret: some(52, alphanumeric) },
  xai: { before: 'xai-', secret: some(80, alphanumeric) },
  perplexity: { before: 'pplx-', secret: some(48, alphanumeric) },
  huggingface: { before: 'hf_', secret: some(34, lower + upper) },
  replicate: { before: 'r8_', secret: some(37, alphanumeric) },
  deepseek: { before: 'sk-', secret: some(32, hex) },
  stripe: { before: 'sk_live_', secret: some(24, alphanumeric) },
  'stripe-restricted': { before: 'rk_test_', secret: some(99, alphanumeric) },
  'stripe-webhook': { before: 'whsec_', secret: some(32, alphanumeric) },
  square: { before: 'sq0atp-', secret: key(22) },
  shopify: { before: 'shpat_', secret: some(32, hex) },
  'slack-bot': { before: 'xoxb-', secret: of(some(12, digits), '-', some(13, digits), '-', some(24, alphanumeric)) },
  'slack-app': { before: 'xapp-', secret: of('1-A', some(10, upper), '-', some(13, digits), '-', some(64, hex)) },
  'slack-webhook': {
    before: 'https://hooks.slack.com/services/',
    secret: of('T', some(8, upper), '/B', some(8, upper), '/', some(24, alphanumeric)),
  },
  'discord-bot': {
    before: '',
    secret: of(
      (random) => Buffer.from(`1${some(18, digits)(random)}`).toString('base64url'),
      '.G',
      some(5, alphanumeric),
      '.',
      key(38),
    ),
  },
  'discord-webhook': { before: 'https://discord.com/api/webhooks/123456789012345678/', secret: key(68) },
  telegram: { before: '7012345678:', secret: of('AA', key(33)) },
  npm: { before: 'npm_', secret: some(36, alphanumeric) },
  pypi: { before: 'pypi-', secret: of('AgEIcHlwaS5vcmc', key(150)) },
  rubygems: { before: 'rubygems_', secret: some(48, hex) },
  docker: { before: 'dckr_pat_', secret: key(27) },
  sendgrid: { before: 'SG.', secret: of(key(22), '.', key(43)) },
  mailgun: { before: 'key-', secret: some(32, hex) },
  twilio: { before: 'SK', secret: some(32, hex) },
  newrelic: { before: 'NRAK-', secret: some(27, upper + digits) },
  sentry: { before: 'sntryu_', secret: some(64, hex) },
  grafana: { before: 'glsa_', secret: of(some(32, alphanumeric), '_', some(8, hex)) },
  age: { before: 'AGE-SECRET-KEY-1', secret: some(58, upper + digits) },
  jwt: {
    before: 'eyJ',
    secret: (random) =>
      of(
        jsonInBase64(() => ({ alg: 'HS256', typ: 'JWT' })),
        '.',
        jsonInBase64(({ below }) => ({ sub: String(below(1e9)), iat: below(1e9) })),
        '.',
        key(43),
      )(random).slice(3),
  },
  'basic-auth-url': { before: 'https://deploy:', secret: some(14, alphanumeric), after: '@registry.acme.io/v2/' },
  'database-url': {
    before: 'postgres://app:',
    secret: some(20, `${alphanumeric}!$~`),
    after: '@db.acme.internal:5432/app',
  },
  bearer: { before: 'Authorization: Bearer ', secret: key(40) },
  'basic-auth-header': { before: 'Authorization: Basic ', secret: of(some(26, alphanumeric), '==') },
  'private-key-line': {
    before: `-----BEGIN PRIVATE KEY-----\\n`,
    secret: some(64, base64),
    after: `\\n-----END PRIVATE KEY-----\\n`,
  },
};

/** Where a token stands: `%` is its place. */
const surroundings = [
  '%',
  'using % now',
  'token: %',
  'export KEY=%',
  "const key = '%';",
  '{"key":"%","other":1}',
  'error: invalid credentials (%)',
  '  "auth": "%",',
  '2026-11-26T01:02:03Z INFO sending % to server',
  '<%>',
  '{"type":"text","text":"it is\\n%\\nas you see"}',
  '+%',
  '| % |',
] as const;

export function tokenSamples(count: number, random = seededRandom()): SecretSample[] {
  const kinds = Object.entries(tokenKinds);
  return Array.from({ length: count }, (_, index) => {
    const [kind, format] = kinds[index % kinds.length] ?? ['', { before: '', secret: () => '' }];
    const secret = format.secret(random);
    const token = `${format.before}${secret}${'after' in format ? (format.after ?? '') : ''}`;
    return { kind, secret, line: random.oneOf(surroundings).replace('%', () => token) };
  });
}

const words = 'correct horse battery staple copper window garden seven orbit velvet marble'.split(' ');

const values: Readonly<Record<string, Make>> = {
  hex: ({ oneOf, ...random }) => some(oneOf([32, 40, 64]), hex)({ oneOf, ...random }),
  base64: (random) => of(some(random.oneOf([22, 43]), base64), '=')(random),
  alphanumeric: (random) => some(12 + random.below(30), alphanumeric)(random),
  symbols: (random) => of(some(8 + random.below(8), `${alphanumeric}!%^*_+-.?`), some(2, digits))(random),
  uuid: (random) => [8, 4, 4, 4, 12].map((length) => some(length, hex)(random)).join('-'),
  words: (random) => [0, 0, 0].map(() => words[random.below(words.length)]).join('-') + String(random.below(100)),
  'word and digits': (random) => `${words[random.below(words.length)] ?? ''}${1000 + random.below(9000)}!`,
};

const assigned = [
  'password = %',
  'PASSWORD=%',
  'DB_PASSWORD="%"',
  'api_key: %',
  'API_KEY: "%"',
  "  apiKey: '%',",
  '"secret": "%"',
  '"client_secret": "%",',
  'run --token % --verbose',
  'deploy --password=% --host db',
  'AWS_SECRET_ACCESS_KEY=%',
  'export GITHUB_TOKEN=%',
  "const accessToken = '%';",
  'secret_key := "%"',
  'x-api-key: %',
  '{\\"auth_token\\": \\"%\\"}',
  'spring.datasource.password=%',
  'user=app;pwd=%;',
  "password => '%',",
  'GET /v1?access_token=% 200',
] as const;

export function assignmentSamples(count: number, random = seededRandom()): SecretSample[] {
  const kinds = Object.entries(values);
  return Array.from({ length: count }, (_, index) => {
    const [kind, make] = kinds[index % kinds.length] ?? ['', () => ''];
    const secret = make(random);
    return { kind, secret, line: random.oneOf(assigned).replace('%', () => secret) };
  });
}

const prose = [
  'The tokens used so far are 12,345 of 200,000; the password is asked for when the key expires.',
  'You need an API key: see the documentation of your provider for how to get one.',
  'I will now read the secret from the environment instead of the configuration file.',
  'Password: must be at least 8 characters long and hold one digit.',
  'She said that the token was invalid, so the session was closed (see issue #4711).',
  'Set `password` to the value you chose, and `token: <your-token>` in the header.',
  'Bearer authentication is used by most services; basic authentication should not be.',
];

const code: readonly (string | Make)[] = [
  'const token = await getToken(session.id);',
  'password: string;',
  'function isSecret(secret: string, match: string): boolean {',
  'if (token.kind === ts.SyntaxKind.ExportKeyword) return parseExport(token);',
  'import { createToken, type TokenKind } from "./token-kind.ts";',
  'export const apiKey = process.env.OPENAI_API_KEY ?? config.apiKey;',
  '  api_key: ${{ secrets.NPM_TOKEN }}',
  'password = os.environ["DB_PASSWORD"]',
  '@Component({ selector: "app-password", templateUrl: "./password.component.html" })',
  'max_tokens: 4096, temperature: 0.7, top_p: 1',
  'self.access_token = response.json()["access_token"]',
  'tokens = tokenizer.encode(text, max_length=512)',
  'assert.equal(user.password, undefined);',
  'CREATE TABLE users (id INTEGER, password_hash TEXT NOT NULL);',
  '#define SECRET_KEY_LENGTH 32',
  'git clone git@github.com:acme/widgets.git && cd widgets',
  'for (const key of Object.keys(tokens)) total += tokens[key].count;',
  of('const id = ', some(3, digits), '; // phone: see contacts'),
];

const logs: readonly (string | Make)[] = [
  of(
    '2026-11-26 01:02:03,',
    some(3, digits),
    ' INFO  GET http://localhost:3000/api/sessions 200 ',
    some(3, digits),
    'ms',
  ),
  of('  ✓ test/auth/token.test.ts > refreshes the token when it expired ', some(3, digits), 'ms'),
  of('commit ', some(40, hex)),
  of('index ', some(7, hex), '..', some(7, hex), ' 100644'),
  of('      "integrity": "sha512-', some(86, base64), '==",'),
  of('      "resolved": "https://registry.npmjs.org/left-pad/-/left-pad-1.3.', some(1, digits), '.tgz",'),
  of('request id ', some(8, hex), '-', some(4, hex), '-4', some(3, hex), '-a', some(3, hex), '-', some(12, hex)),
  of('<img src="data:image/png;base64,', some(400, base64), '==">'),
  of('sha256:', some(64, hex), '  dist/ridealong.js'),
  of('digest: sha256:', some(64, hex), ' size: ', some(4, digits)),
  of('tokens used: ', some(2, digits), ',', some(3, digits)),
  of(
    '{"type":"usage","input_tokens":',
    some(5, digits),
    ',"output_tokens":',
    some(3, digits),
    ',"cache_read_tokens":0}',
  ),
  of('{"type":"item.completed","item":{"id":"item_', some(2, digits), '","type":"agent_message","text":"done"}}'),
  of(
    '{"session_id":"',
    some(8, hex),
    '-',
    some(4, hex),
    '-',
    some(4, hex),
    '-',
    some(4, hex),
    '-',
    some(12, hex),
    '"}',
  ),
  of(
    'Tests  ',
    some(2, digits),
    ' passed (',
    some(2, digits),
    ')   Duration ',
    some(1, digits),
    '.',
    some(2, digits),
    's',
  ),
  of(
    'npm notice total files: ',
    some(3, digits),
    ' | unpacked size: 1.',
    some(1, digits),
    ' MB | @types/node@20.',
    some(2, digits),
    '.0',
  ),
  of('at parseToken (/work/src/parse-token.ts:', some(3, digits), ':', some(2, digits), ')'),
  of('@@ -', some(3, digits), ',7 +', some(3, digits), ',9 @@ export function token() {'),
  of('+', some(10, digits), ' rows copied'),
  of('ETag: "', some(32, hex), '"'),
  of('Co-Authored-By: Claude <noreply@anthropic.com>'),
  of('toolu_', some(24, alphanumeric), ' call_', some(24, alphanumeric), ' msg_', some(24, alphanumeric)),
  of(
    'upload took ',
    some(2, digits),
    '.',
    some(6, digits),
    ' s at ',
    some(3, digits),
    '.',
    some(3, digits),
    '.',
    some(1, digits),
    '.',
    some(2, digits),
  ),
];

/** Lines of prose, code, logs, hashes and encoded data, none of which holds a secret. */
export function cleanLines(count: number, random = seededRandom()): string[] {
  const all = [...prose, ...code, ...logs];
  return Array.from({ length: count }, (_, index) => of(all[index % all.length] ?? '')(random));
}
