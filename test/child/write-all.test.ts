import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { posix } from '../../src/child/posix.ts';
import { writeAll } from '../../src/child/write-all.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => Buffer.from(`${from + index}\n`));

describe('writeAll', () => {
  it('writes many buffers in order, and leaves out empty ones', async () => {
    const [readEnd, writeEnd] = posix.pipe();
    expect(
      await writeAll({ fd: writeEnd }, [Buffer.from('a'), Buffer.alloc(0), Buffer.from('bc'), Buffer.from('')]),
    ).toBeUndefined();
    const read = Buffer.alloc(10);
    expect(read.toString('latin1', 0, readSync(readEnd, read))).toBe('abc');
    closeSync(readEnd);
    closeSync(writeEnd);
  });

  it('writes nothing for nothing', async () => {
    expect(await writeAll({ fd: -1 }, [])).toBeUndefined();
  });

  it('writes more than 1024 buffers, and more than a pipe holds', async () => {
    const buffers = numbered(0, 40_000);
    const [readEnd, writeEnd] = posix.pipe();
    const writing = writeAll({ fd: writeEnd }, buffers).finally(() => closeSync(writeEnd));
    expect(await contentOf(readEnd)).toEqual(Buffer.concat(buffers));
    expect(await writing).toBeUndefined();
  });

  it('waits for a reader where the descriptor is non-blocking', async () => {
    const fifo = join(temporaryFolder(), 'fifo');
    execFileSync('mkfifo', [fifo]);
    const readEnd = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    const bytes = Buffer.alloc(300_000, 'x');
    const writing = writeAll({ fd: writeEnd }, [bytes]).finally(() => closeSync(writeEnd));
    expect((await contentOf(openSync(fifo, constants.O_RDONLY))).length).toBe(bytes.length);
    expect(await writing).toBeUndefined();
    closeSync(readEnd);
  });

  it('tells why the rest could not be written', async () => {
    const [readEnd, writeEnd] = posix.pipe();
    closeSync(readEnd);
    expect(await writeAll({ fd: writeEnd }, [Buffer.from('a')])).toMatchObject({ code: 'EPIPE' });
    closeSync(writeEnd);
  });
});

/** All that can be read, by a program of its own, until the end. */
async function contentOf(fd: number): Promise<Buffer> {
  const cat = spawn('cat', { stdio: [fd, 'pipe', 'inherit'] });
  closeSync(fd);
  const chunks: Buffer[] = [];
  for await (const chunk of cat.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
