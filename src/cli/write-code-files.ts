import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeBlockRow } from '../domain/rows.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { isSystemError } from '../domain/system-error.ts';
import { extensionOf } from './code-language.ts';

/**
 * Writes one file per block: `01.py`, `02.sh`, … Their names come from their
 * number and our own list of extensions, never from what the agent printed.
 * When one of them is there already, nothing is written.
 *
 * @returns the files' paths, or a message
 */
export async function writeCodeFiles(
  blocks: readonly CodeBlockRow[],
  directory: string,
): Promise<Result<string[], string>> {
  const digits = Math.max(2, String(blocks.length).length);
  const files = blocks.map(({ language, content }, index) => ({
    path: join(directory, `${String(index + 1).padStart(digits, '0')}.${extensionOf(language)}`),
    content: content === '' || content.endsWith('\n') ? content : `${content}\n`,
  }));
  try {
    await mkdir(directory, { recursive: true });
    for (const { path } of files) {
      if (await exists(path)) return fail(`${path} exists already; nothing was written: name another --out`);
    }
    // `wx` follows no link and overwrites nothing, should one have come in between.
    for (const { path, content } of files) await writeFile(path, content, { flag: 'wx' });
    return ok(files.map(({ path }) => path));
  } catch (error) {
    return fail(`cannot write to ${directory}: ${(error as Error).message}`);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false;
    throw error;
  }
}
