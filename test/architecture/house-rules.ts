import type { IForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser';

/*
 * Who may import whom, as DESIGN.md says. Paths are relative to the folder
 * that holds src/.
 */

const stage = '^src/(child|recording|lines|extract|store|guard|control|replay|server)/';
const roots = '^src/(?!index\\.ts$)[a-z-]+\\.ts$';

/** Where the packages that have one home live. */
const homes: Readonly<Record<string, string>> = {
  'node-pty': '^src/child/',
  '@xterm/headless': '^src/lines/',
  yaml: '^src/(extract/|load-config\\.ts$)',
  '@eslint-community/regexpp': '^src/extract/',
  'better-sqlite3': '^src/store/',
  ws: '^src/server/',
  hono: '^src/server/',
  '@hono/node-server': '^src/server/',
  '@hono/zod-openapi': '^src/server/',
  yargs: '^src/cli/',
  'cli-table3': '^src/cli/',
  picocolors: '^src/cli/',
  zod: '^src/(extract/|server/|recording/read-session-file\\.ts$|load-config\\.ts$)',
};

/** What the thread that moves bytes must never load, not even indirectly. */
const heavy = ['hono', 'ws', 'yargs', 'zod', 'yaml', 'better-sqlite3', 'cli-table3', '@eslint-community/regexpp'];

/** Whether it is installed or not. */
const inPackage = (name: string) => `(^|/)node_modules/(@types/)?${name}/|^${name}(/|$)`;
const forbidden = (name: string, rule: Pick<IRegularForbiddenRuleType, 'from' | 'to'>): IForbiddenRuleType => ({
  name,
  severity: 'error',
  ...rule,
});

export const houseRules: readonly IForbiddenRuleType[] = [
  forbidden('no-cycles', { from: { path: '^src/' }, to: { circular: true } }),
  forbidden('everything-is-found', { from: { path: '^src/' }, to: { couldNotResolve: true } }),
  forbidden('domain-imports-nothing', {
    from: { path: '^src/domain/' },
    to: { pathNot: '^src/domain/|^(node:)?(os|path)$' },
  }),
  forbidden('domain-computes-only', {
    from: { path: '^src/domain/', pathNot: '^src/domain/config\\.ts$' },
    to: { pathNot: '^src/domain/' },
  }),
  forbidden('stages-do-not-know-each-other', {
    from: { path: stage },
    to: { path: '^src/', pathNot: '^src/(domain|$1)/' },
  }),
  forbidden('only-the-command-line-knows-the-roots', {
    from: { path: '^src/', pathNot: `^src/(cli/|index\\.ts$)|${roots}` },
    to: { path: roots },
  }),
  forbidden('nobody-knows-the-command-line', {
    from: { path: '^src/', pathNot: '^src/cli/' },
    to: { path: '^src/cli/' },
  }),
  forbidden('nobody-knows-the-front-door', { from: { path: '^src/' }, to: { path: '^src/index\\.ts$' } }),
  forbidden('the-command-line-reads-only', {
    from: { path: '^src/cli/' },
    to: { path: stage, pathNot: '^src/(store|extract|recording|lines|replay)/' },
  }),
  forbidden('nothing-imports-tests', { from: { path: '^src/' }, to: { path: '^(test|bench|examples|scripts)/' } }),
  ...Object.entries(homes).map(([vendor, home]) =>
    forbidden(`${vendor}-has-one-home`, { from: { path: '^src/', pathNot: home }, to: { path: inPackage(vendor) } }),
  ),
];

/** For a cruise that follows static imports only: what the main thread loads before the child runs. */
export const mainThreadRules: readonly IForbiddenRuleType[] = [
  {
    name: 'the-main-thread-travels-light',
    severity: 'error',
    from: { path: '^src/(cli/main|run)\\.ts$' },
    to: { path: ['^src/(store|extract|lines|replay|server)/', ...heavy.map(inPackage)], reachable: true },
  },
];
