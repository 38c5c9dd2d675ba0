import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Finding } from './finding.ts';

/** What was compiled when ridealong was installed: without it nothing can be wrapped. */
export function checkNativeParts(root: string): Finding[] {
  const built = join(root, 'build', 'Release');
  return [
    checkFile('posix.node', [join(built, 'posix.node')], constants.R_OK),
    checkFile('ridealong-monitor', [join(built, 'ridealong-monitor')], constants.X_OK),
    checkFile('pty.node', ptyCandidates(root), constants.R_OK),
  ];
}

function checkFile(check: string, candidates: readonly string[], access: number): Finding {
  const found = candidates.find((path) => isAccessible(path, access));
  if (found !== undefined) return { check, verdict: 'ok', found };
  return {
    check,
    verdict: 'fail',
    found: `not found as ${candidates.join(' or ')}`,
    fix: 'install a C++ compiler, make and python3, then: npm rebuild (with -g if ridealong is installed globally)',
  };
}

function ptyCandidates(root: string): string[] {
  const folder = packageFolder('node-pty') ?? join(root, 'node_modules', 'node-pty');
  return ['build/Release', `prebuilds/${process.platform}-${process.arch}`].map((place) =>
    join(folder, place, 'pty.node'),
  );
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.filename).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function isAccessible(path: string, access: number): boolean {
  try {
    accessSync(path, access);
    return true;
  } catch {
    return false;
  }
}
