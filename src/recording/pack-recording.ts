import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { RecordingFolder } from './folder.ts';
import { memberBytes, packedName, packMember } from './packed-members.ts';
import { openRecordedFile, type RecordedFile } from './recorded-file.ts';

/** A smaller file takes as many blocks of the disk when it is packed. */
const leastBytes = 8 * 1024;

/**
 * Packs the files of a recording that nobody writes any more. Who reads one meanwhile, or opens it, finds it whole.
 * Throws the file system's error; what was not packed then is as it was.
 *
 * @param isOver asked between any two mebibytes
 * @returns false when it was over before all was packed
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
  const unfinished = `${packedName(path)}.new`;
  const fd = openSync(unfinished, 'w', 0o600);
  try {
    const size = file.size();
    for (let offset = 0; offset < size; offset += memberBytes) {
      if (isOver()) return false;
      writeWhole(fd, await packMember(file.read(offset, memberBytes)));
    }
    fsyncSync(fd);
    renameSync(unfinished, packedName(path));
    rmSync(path);
    return true;
  } finally {
    closeSync(fd);
    rmSync(unfinished, { force: true });
  }
}

function writeWhole(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}
