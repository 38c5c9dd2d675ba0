import { rmSync, statSync } from 'node:fs';
import { beginFile } from './begin-file.ts';
import type { RecordingFolder } from './folder.ts';
import { memberBytes, packedName, packMember } from './packed-members.ts';
import { inRecordedFile, openRecordedFile, type RecordedFile } from './recorded-file.ts';

/** A smaller file takes as many blocks of the disk when it is packed. */
const leastBytes = 8 * 1024;

/**
 * Packs the files of a recording that nobody writes any more. Who reads one meanwhile, or opens it, finds it whole.
 * Throws the file system's error; what was not packed then is as it was.
 *
 * @param isOver asked between any two mebibytes
 * @returns false when it was over, or the recording was changed, before all was packed
 */
export async function packRecording(folder: RecordingFolder, isOver: () => boolean): Promise<boolean> {
  for (const path of [folder.streams.stdout, folder.streams.stderr, folder.timing]) {
    const file = openRecordedFile(path);
    if (file === undefined) continue;
    try {
      if (file.path !== path || file.size() < leastBytes) continue;
      if (!(await packFile(path, file, isOver))) return false;
    } finally {
      file.close();
    }
  }
  return true;
}

async function packFile(path: string, file: RecordedFile, isOver: () => boolean): Promise<boolean> {
  const packed = beginFile(packedName(path));
  const { mtimeMs } = statSync(path);
  try {
    const size = file.size();
    for (let offset = 0; offset < size; offset += memberBytes) {
      if (isOver()) return false;
      packed.write(await packMember(file.read(offset, memberBytes)));
    }
    // Somebody has masked secrets in it meanwhile.
    if (statSync(path).mtimeMs !== mtimeMs) return false;
    packed.finish();
    // Somebody else may have packed it, too.
    rmSync(path, { force: true });
    return true;
  } finally {
    packed.close();
  }
}

/** Makes the packed file at `path` the plain one that it was. Throws as packing does, and zlib's errors. */
export function unpackFile(path: string): void {
  inRecordedFile(path, (file) => {
    if (file.path === path) return;
    const plain = beginFile(path);
    try {
      for (let offset = 0; offset < file.size(); offset += memberBytes) plain.write(file.read(offset, memberBytes));
      plain.finish();
      rmSync(packedName(path), { force: true });
    } finally {
      plain.close();
    }
  });
}
