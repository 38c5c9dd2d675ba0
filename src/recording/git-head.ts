import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const timeoutMs = 1000;

/** The branch and commit that are checked out in this folder; undefined outside a repository. */
export async function gitHead(folder: string): Promise<{ branch?: string; commit?: string } | undefined> {
  if (!isInRepository(folder)) return undefined;
  const output = await git(folder, ['rev-parse', 'HEAD', '--abbrev-ref', 'HEAD']);
  const [commit, branch] = output.split('\n');
  if (commit === undefined || branch === undefined) return undefined;
  // A detached HEAD has no branch.
  return branch === 'HEAD' ? { commit } : { commit, branch };
}

/** Spares everyone outside a repository the start of a process. */
function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  const parent = dirname(folder);
  return parent !== folder && isInRepository(parent);
}

function git(folder: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile('git', words, { cwd: folder, timeout: timeoutMs, encoding: 'utf8' }, (error, stdout) =>
      resolve(error ? '' : stdout),
    );
  });
}
