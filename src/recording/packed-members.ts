import { fstatSync, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';

/*
 * How a file is packed: as gzip members (RFC 1952), one for each mebibyte, so that `gunzip` reads it, and so do we
 * from any place. Each member's header has an extra field, `RL`, which tells how long the member is and how many
 * bytes it holds, both as 32 bits, little-endian; thus members are found without unpacking those before.
 */

/** How many bytes one member holds. */
export const memberBytes = 1024 * 1024;

export const packedName = (path: string) => `${path}.gz`;

export interface MemberPlace {
  /** Of its first byte, in the file that was packed. */
  readonly offset: number;
  readonly bytes: number;
  readonly packedOffset: number;
  readonly packedBytes: number;
}

const fixedHeaderBytes = 10;
const extraBytes = 14;
const headerBytes = fixedHeaderBytes + extraBytes;
const [magic1, magic2, deflate, hasExtra] = [0x1f, 0x8b, 8, 4];

const compress = (bytes: Uint8Array) => promisify(gzip)(bytes);

export async function packMember(bytes: Uint8Array): Promise<Buffer> {
  // Node writes the fixed header alone.
  const plain = await compress(bytes);
  const member = Buffer.alloc(plain.length + extraBytes);
  plain.copy(member, 0, 0, fixedHeaderBytes);
  member.writeUInt8(hasExtra, 3);
  let at = member.writeUInt16LE(extraBytes - 2, fixedHeaderBytes);
  at += member.write('RL', at, 'latin1');
  at = member.writeUInt16LE(8, at);
  at = member.writeUInt32LE(member.length, at);
  member.writeUInt32LE(bytes.length, at);
  plain.copy(member, headerBytes, fixedHeaderBytes);
  return member;
}

/** Where the members are. Throws, with a code, where the file is not as it was written. */
export function memberPlaces(fd: number): MemberPlace[] {
  const { size } = fstatSync(fd);
  const places: MemberPlace[] = [];
  const header = Buffer.alloc(headerBytes);
  for (let packedOffset = 0, offset = 0; packedOffset < size; ) {
    const isWhole = readSync(fd, header, 0, headerBytes, packedOffset) === headerBytes;
    const packedBytes = header.readUInt32LE(headerBytes - 8);
    const bytes = header.readUInt32LE(headerBytes - 4);
    const isOurs = [magic1, magic2, deflate, hasExtra].every((value, index) => header[index] === value);
    if (!isWhole || !isOurs || bytes > memberBytes || packedBytes < headerBytes || packedOffset + packedBytes > size) {
      throw damaged(packedOffset);
    }
    places.push({ offset, bytes, packedOffset, packedBytes });
    offset += bytes;
    packedOffset += packedBytes;
  }
  return places;
}

export function unpackMember(fd: number, { bytes, packedOffset, packedBytes }: MemberPlace): Buffer {
  const packed = Buffer.alloc(packedBytes);
  readSync(fd, packed, 0, packedBytes, packedOffset);
  const unpacked = gunzipSync(packed, { maxOutputLength: memberBytes });
  if (unpacked.length !== bytes) throw damaged(packedOffset);
  return unpacked;
}

function damaged(packedOffset: number): Error {
  return Object.assign(new Error(`it is damaged at byte ${packedOffset}`), { code: 'PACKED_DAMAGED' });
}
