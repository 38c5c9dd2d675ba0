import { accessSync, constants, type Stats, statSync } from 'node:fs';
import type { Paths } from '../../domain/config.ts';
import type { Finding } from './finding.ts';

/** Where recordings and the database are kept: there, ours, and nobody else's to read. */
export function checkPaths(paths: Paths): Finding[] {
  return [
    checkPrivate('data folder', paths.data, 0o700),
    checkPrivate('recordings', paths.recordings, 0o700),
    checkPrivate('database file', paths.database, 0o600),
  ];
}

function checkPrivate(check: string, path: string, expected: number): Finding {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { check, verdict: 'ok', found: `${path}, not there yet` };
    accessSync(
      path,
      stats.isDirectory() ? constants.R_OK | constants.W_OK | constants.X_OK : constants.R_OK | constants.W_OK,
    );
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return { check, verdict: 'fail', found: `${path}: ${code}`, fix: 'make it readable and writable for you' };
  }
  if (stats.isDirectory() !== (expected === 0o700)) {
    return { check, verdict: 'fail', found: `${path} is of the wrong kind`, fix: 'move it away' };
  }
  const mode = stats.mode & 0o777;
  const found = `${path} (${octal(mode)})`;
  if ((mode & ~expected) === 0) return { check, verdict: 'ok', found };
  return {
    check,
    verdict: 'warn',
    found: `${found}: others may look into it`,
    fix: `chmod ${octal(expected)} ${path}`,
  };
}

const octal = (mode: number) => mode.toString(8).padStart(4, '0');
