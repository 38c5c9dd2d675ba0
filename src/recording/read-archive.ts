import { closeSync, createReadStream, mkdirSync, openSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type BegunFile, beginFile } from './begin-file.ts';
import { type RecordingFolder, isSessionId, recordingFolder } from './folder.ts';
import { readTarHeader, tarBlockBytes, type TarEntry } from './tar-header.ts';

/** Whether a file is packed by gzip, as archives are. */
export function isPacked(file: string): boolean {
  const magic = Buffer.alloc(2);
  const fd = openSync(file, 'r');
  try {
    return readSync(fd, magic, 0, 2, 0) === 2 && magic.readUInt16BE(0) === 0x1f8b;
  } finally {
    closeSync(fd);
  }
}

const partNames = ['session.json', 'dropped', 'timing', 'stdout.log', 'stderr.log'];

/** The file is no archive of ours, or not a whole one. */
export class NoArchive extends Error {}

/**
 * Unpacks what `writeArchive` has written to a folder of its session's name below `recordings`. Whatever the file
 * says, nothing is written elsewhere. Throws {@link NoArchive}, and the file system's and zlib's errors.
 */
export async function readArchive(file: string, recordings: string): Promise<RecordingFolder> {
  let folder: RecordingFolder | undefined;
  let waiting: Buffer = Buffer.alloc(0);
  let entry: { readonly file: BegunFile; left: number; padding: number } | undefined;
  let hasEnded = false as boolean;

  function begin({ name, bytes }: TarEntry) {
    const [id = '', part = '', ...more] = name.split('/');
    const isOurs = isSessionId(id) && partNames.includes(part) && more.length === 0;
    if (!isOurs || (folder !== undefined && basename(folder.path) !== id)) {
      throw new NoArchive(`it holds ${JSON.stringify(name)}, which is no part of a recording`);
    }
    folder ??= recordingFolder(recordings, id);
    mkdirSync(folder.path, { recursive: true, mode: 0o700 });
    const padding = (tarBlockBytes - (bytes % tarBlockBytes)) % tarBlockBytes;
    entry = { file: beginFile(join(folder.path, part)), left: bytes, padding };
  }

  /** Takes what it can of what is waiting; true when that was something. */
  function step(): boolean {
    if (hasEnded) return false;
    if (entry === undefined) {
      if (waiting.length < tarBlockBytes) return false;
      const header = readTarHeader(waiting.subarray(0, tarBlockBytes));
      waiting = waiting.subarray(tarBlockBytes);
      if (header === undefined) throw new NoArchive('it is packed, but is no archive of ridealong');
      if (header === 'end') hasEnded = true;
      else begin(header);
      return true;
    }
    const content = waiting.subarray(0, entry.left);
    entry.file.write(content);
    entry.left -= content.length;
    const padding = entry.left === 0 ? Math.min(entry.padding, waiting.length - content.length) : 0;
    entry.padding -= padding;
    waiting = waiting.subarray(content.length + padding);
    if (entry.left + entry.padding > 0) return false;
    entry.file.finish();
    entry.file.close();
    entry = undefined;
    return true;
  }

  try {
    // What goes wrong with either stream is thrown by the last.
    const unpacked = pipeline(createReadStream(file), createGunzip(), () => undefined);
    for await (const piece of unpacked as AsyncIterable<Buffer>) {
      waiting = waiting.length === 0 ? piece : Buffer.concat([waiting, piece]);
      while (step());
    }
  } finally {
    entry?.file.close();
  }
  if (!hasEnded || folder === undefined) throw new NoArchive('it ends too early');
  return folder;
}
