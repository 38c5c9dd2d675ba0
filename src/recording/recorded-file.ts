import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { isSystemError } from '../domain/system-error.ts';
import { type MemberPlace, memberPlaces, packedName, unpackMember } from './packed-members.ts';

/** One file of a recording, as it was written, however it is kept now. */
export interface RecordedFile {
  /** Where it lies. */
  readonly path: string;
  /** Bytes that were recorded; more may come. */
  size(): number;
  /** Up to `length` bytes at `offset`; fewer where it ends. The bytes may be shared: they are not to be changed. */
  read(offset: number, length: number): Buffer;
  close(): void;
}

/**
 * Opens a file of a recording, packed or not; undefined where there is none. Throws the file system's error; reading
 * also throws zlib's, which has a code, too.
 */
export function openRecordedFile(path: string): RecordedFile | undefined {
  const plain = openIfThere(path);
  if (plain !== undefined) return plainFile(path, plain);
  // It is packed before the plain one goes: now it must be there.
  const packed = openIfThere(packedName(path));
  return packed === undefined ? undefined : packedFile(packedName(path), packed);
}

/** What is found in a file of a recording, which is closed then; undefined where there is none. Throws as {@link openRecordedFile}. */
export function inRecordedFile<Value>(path: string, look: (file: RecordedFile) => Value): Value | undefined {
  const file = openRecordedFile(path);
  try {
    return file === undefined ? undefined : look(file);
  } finally {
    file?.close();
  }
}

/** Whether there is such a file, packed or not. */
export function isRecorded(path: string): boolean {
  return existsSync(path) || existsSync(packedName(path));
}

function plainFile(path: string, fd: number): RecordedFile {
  return {
    path,
    size: () => fstatSync(fd).size,
    read(offset, length) {
      // A new buffer each time: what was read last may still be in use.
      const buffer = Buffer.allocUnsafeSlow(length);
      return buffer.subarray(0, readSync(fd, buffer, 0, length, offset));
    },
    close: () => closeSync(fd),
  };
}

function packedFile(path: string, fd: number): RecordedFile {
  let places: readonly MemberPlace[];
  try {
    places = memberPlaces(fd);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  const last = places.at(-1);
  const size = last === undefined ? 0 : last.offset + last.bytes;
  let unpacked: { readonly place: MemberPlace; readonly bytes: Buffer } | undefined;

  function bytesOf(place: MemberPlace): Buffer {
    if (unpacked?.place !== place) unpacked = { place, bytes: unpackMember(fd, place) };
    return unpacked.bytes;
  }

  return {
    path,
    size: () => size,
    read(offset, length) {
      const end = Math.min(offset + length, size);
      const parts: Buffer[] = [];
      for (let index = memberAt(places, offset), at = offset; at < end; index += 1) {
        const place = places[index];
        if (place === undefined) break;
        const part = bytesOf(place).subarray(at - place.offset, end - place.offset);
        parts.push(part);
        at += part.length;
      }
      const [only] = parts;
      return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    },
    close: () => closeSync(fd),
  };
}

/** The last member that begins at `offset` or before. */
function memberAt(places: readonly MemberPlace[], offset: number): number {
  let [low, high] = [0, places.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((places[middle]?.offset ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
