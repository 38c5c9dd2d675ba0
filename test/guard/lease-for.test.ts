import { mkdirSync, symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { leaseFor } from '../../src/guard/lease-for.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const rules = [
  { name: 'codex-at-work', agent: 'codex', directory: '/work' },
  { name: 'work', directory: '/work/' },
  { name: 'claude', agent: 'claude' },
];

it.each([
  ['codex', '/work', 'codex-at-work'],
  ['codex', '/work/deep/below', 'codex-at-work'],
  ['claude', '/work', 'work'],
  ['claude', '/workshop', 'claude'],
  ['codex', '/', undefined],
  ['gemini', '/elsewhere', undefined],
])('%s in %s runs under %s', (agent, workingDirectory, name) => {
  expect(leaseFor(rules, { agent, workingDirectory })).toBe(name);
});

it('a rule without agent and folder is for all', () => {
  expect(leaseFor([{ name: 'one' }], { agent: 'codex', workingDirectory: '/' })).toBe('one');
  expect(leaseFor([], { agent: 'codex', workingDirectory: '/' })).toBeUndefined();
});

it('a folder is the same by another name', () => {
  const folder = temporaryFolder();
  mkdirSync(`${folder}/real/app`, { recursive: true });
  symlinkSync(`${folder}/real`, `${folder}/link`);
  const session = { agent: 'codex', workingDirectory: `${folder}/real/app` };
  expect(leaseFor([{ name: 'app', directory: `${folder}/link/app` }], session)).toBe('app');
});
