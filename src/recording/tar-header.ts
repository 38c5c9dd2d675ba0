/** One file in a tar archive. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: number;
}

/** Headers are blocks of so many bytes, and contents are filled up to such. */
export const tarBlockBytes = 512;

/** The most that the format's eleven octal digits tell. */
const mostBytes = 8 ** 11 - 1;

const checksumAt = 148;
const checksumBytes = 8;

/** The header of a regular file in the ustar format (POSIX.1-1988), 0600, of nobody and of no time. */
export function tarHeader({ name, bytes }: TarEntry): Buffer {
  if (bytes > mostBytes || name.length > 100) throw new Error(`no tar header can tell of ${name}`);
  const header = Buffer.alloc(tarBlockBytes);
  header.write(name, 0, 'latin1');
  header.write('0000600\x000000000\x000000000\x00', 100, 'latin1');
  header.write(`${bytes.toString(8).padStart(11, '0')}\x00${'0'.repeat(11)}\x00`, 124, 'latin1');
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\x00 `, checksumAt, 'latin1');
  return header;
}

/** What a header tells; `end` for a block of zeros, undefined for what is no header of a regular file. */
export function readTarHeader(header: Buffer): TarEntry | 'end' | undefined {
  if (header.every((byte) => byte === 0)) return 'end';
  const text = (start: number, length: number) =>
    header.toString('latin1', start, start + length).replace(/\x00.*$/s, '');
  const number = (start: number, length: number) => {
    const digits = text(start, length).trim();
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
  };
  const bytes = number(124, 12);
  const isRegular = /^[0\x00]$/.test(header.toString('latin1', 156, 157));
  if (bytes === undefined || !isRegular || number(checksumAt, checksumBytes) !== checksumOf(header)) return undefined;
  return { name: text(0, 100), bytes };
}

/** The sum of all bytes, where those of the checksum itself count as spaces. */
function checksumOf(header: Buffer): number {
  return header.reduce(
    (sum, byte, index) => sum + (index >= checksumAt && index < checksumAt + checksumBytes ? 0x20 : byte),
    0,
  );
}
