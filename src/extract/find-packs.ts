import { readdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Complaint } from '../domain/failure.ts';
import type { Pack } from '../domain/pattern.ts';
import { isSystemError } from '../domain/system-error.ts';

/** Where packs come from. Patterns of later places replace earlier ones by their ids. */
export interface PackPlaces {
  /** The packs that come with Ridealong; see `compile-packs.ts`. */
  readonly shipped: readonly Pack[];
  /** Folders of `*.yaml` and `*.yml` files: the user's, then the project's. One that is not there is empty. */
  readonly folders: readonly string[];
  /** Files that were asked for by name. */
  readonly files: readonly string[];
}

/** The packs of all places. One that is invalid is left out and complained about; the others work. */
export async function findPacks(places: PackPlaces): Promise<{ packs: Pack[]; complaints: Complaint[] }> {
  const packs = [...places.shipped];
  const complaints: Complaint[] = [];
  const files: string[] = [];
  for (const folder of places.folders) {
    const listed = packFilesIn(folder);
    if (typeof listed === 'string') complaints.push(unreadable(folder, listed));
    else files.push(...listed);
  }
  files.push(...places.files);
  if (files.length === 0) return { packs, complaints };

  // Parsing YAML takes tens of milliseconds to load, which a session without packs of its own need not pay.
  const { loadPack } = await import('./load-pack.ts');
  for (const file of files) {
    const text = await textOf(file);
    if (!text.ok) {
      complaints.push(unreadable(file, text.message));
      continue;
    }
    const pack = loadPack(text.text, file);
    if (pack.ok) packs.push(pack.value);
    else complaints.push(...pack.failure.complaints);
  }
  return { packs, complaints };
}

/** Whether there is anything in the folder that {@link findPacks} would read, or complain about. */
export function hasPacks(folder: string): boolean {
  return packFilesIn(folder).length > 0;
}

/** The pack files of a folder in order of their names, or why it cannot be read. */
function packFilesIn(folder: string): string[] | string {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (isMissing(error)) return [];
    return messageOf(error);
  }
}

async function textOf(file: string): Promise<{ ok: true; text: string } | { ok: false; message: string }> {
  try {
    // A pipe or a device would keep us waiting.
    if (!(await stat(file)).isFile()) return { ok: false, message: 'it is not a file' };
    return { ok: true, text: await readFile(file, 'utf8') };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
}

const unreadable = (file: string, message: string): Complaint => ({
  file,
  line: 1,
  column: 1,
  message: `cannot be read: ${message}`,
});

const isMissing = (error: unknown) => isSystemError(error, 'ENOENT', 'ENOTDIR');

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
