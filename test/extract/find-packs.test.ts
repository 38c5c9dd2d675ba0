import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileShippedPacks } from '../../src/extract/compile-packs.ts';
import { findPacks } from '../../src/extract/find-packs.ts';
import { loadCompiledPacks } from '../../src/extract/load-compiled-packs.ts';
import { packOf } from './support/pack-of.ts';

const yamlOf = (name: string, agent = '*') => `name: ${name}
version: 1.0.0
agents: ['${agent}']
patterns:
  - { id: a, type: error, regex: 'a|b', flags: i, examples: { match: [a], no_match: [c] } }
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('packs', () => {
  it('are found among the shipped ones, in folders and by name, in this order', async () => {
    const [user, named] = [join(folder, 'user'), join(folder, 'named.yaml')];
    mkdirSync(user);
    writeFileSync(join(user, 'b.yml'), yamlOf('b'));
    writeFileSync(join(user, 'a.yaml'), yamlOf('a'));
    writeFileSync(join(user, 'notes.txt'), 'not a pack');
    writeFileSync(named, yamlOf('named'));
    const { packs, complaints } = await findPacks({
      shipped: [packOf([], { name: 'shipped' })],
      folders: [user, join(folder, 'missing')],
      files: [named],
    });
    expect(packs.map(({ name }) => name)).toEqual(['shipped', 'a', 'b', 'named']);
    expect(complaints).toEqual([]);
  });

  it('that are invalid or unreadable are left out with complaints, and the others work', async () => {
    const [bad, missing] = [join(folder, 'bad.yaml'), join(folder, 'missing.yaml')];
    writeFileSync(bad, 'name: 1');
    writeFileSync(join(folder, 'good.yaml'), yamlOf('good'));
    mkdirSync(join(folder, 'folder.yaml'));
    const { packs, complaints } = await findPacks({ shipped: [], folders: [folder], files: [missing] });
    expect(packs.map(({ name }) => name)).toEqual(['good']);
    expect([...new Set(complaints.map(({ file }) => file))]).toEqual([bad, join(folder, 'folder.yaml'), missing]);
  });

  it('come out of their compiled form as they went in, those for any agent first', () => {
    writeFileSync(join(folder, 'a.yaml'), yamlOf('a', 'codex'));
    writeFileSync(join(folder, 'b.yaml'), yamlOf('b'));
    const packs = loadCompiledPacks(compileShippedPacks(folder));
    expect(packs).toMatchObject([
      { name: 'b', patterns: [{ literals: ['a', 'b'], execution: { source: '[aA]|[bB]', flags: '', linear: true } }] },
      { name: 'a' },
    ]);
  });

  it('cannot be compiled when one is invalid', () => {
    writeFileSync(join(folder, 'a.yaml'), 'name: a');
    expect(() => compileShippedPacks(folder)).toThrow(/a\.yaml:1:1: `version` is missing/);
  });
});
