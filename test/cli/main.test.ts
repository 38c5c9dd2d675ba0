import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../src', import.meta.url));

/** Every module that is loaded before `main.ts` decides what to do. */
function loadedWith(file: string, found = new Set<string>()): Set<string> {
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export) (?!type )[^;]*? from '([^']+)';/gms,
  )) {
    const path = specifier.startsWith('.') ? resolve(dirname(file), specifier) : specifier;
    if (found.has(path)) continue;
    found.add(path);
    if (specifier.startsWith('.')) loadedWith(path, found);
  }
  return found;
}

it('loads next to nothing before it knows what to run', () => {
  const modules = [...loadedWith(join(root, 'cli/main.ts'))].map((path) =>
    path.startsWith('/') ? relative(root, path) : path,
  );
  expect(modules.sort()).toEqual([
    'cli/command-names.ts',
    'cli/did-you-mean.ts',
    'cli/duration.ts',
    'cli/wrap-arguments.ts',
    'cli/wrap-options.ts',
    'domain/config.ts',
    'domain/control.ts',
    'domain/failure.ts',
    'domain/mode.ts',
    'domain/named-lease.ts',
    'domain/printable.ts',
    'domain/result.ts',
    'domain/retention.ts',
    'domain/state.ts',
    'node:os',
    'node:path',
    'node:util',
  ]);
});
