import { randomBytes } from 'node:crypto';
import { closeSync, write } from 'node:fs';
import { Socket } from 'node:net';
import { ReadStream } from 'node:tty';
import { posix } from '../../../src/child/posix.ts';

const patienceMs = 15_000;

/** Where a command's output comes out: the outside of a pipe or of a terminal. Reads eagerly, so that nobody waits for us. */
export interface Outlet {
  readonly writeEnd: number;
  /** Waits for the text to come, behind what was waited for before; fails after a time. */
  shows(text: string): Promise<void>;
  /** What has come so far. */
  text(): string;
  /** All that was written so far. */
  drain(): Promise<Buffer>;
  close(): void;
}

/** A real pipe; Node's own are sockets, which a program can tell. */
export function openPipeOutlet(): Outlet {
  const [readEnd, writeEnd] = posix.pipe();
  return readingFrom(new Socket({ fd: readEnd, readable: true, writable: false }), writeEnd);
}

export function openTerminalOutlet(master: number, slave: number): Outlet {
  return readingFrom(new ReadStream(master), slave);
}

/**
 * The write end stays open here: a terminal would forget its tail when the
 * last program closes it. Where the output ends a marker tells, since a
 * program left behind may hold the write end for ever.
 */
function readingFrom(source: Socket, writeEnd: number): Outlet {
  const chunks: Buffer[] = [];
  let seenBytes = 0;
  let onChunk: () => void = () => undefined;
  source.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    onChunk();
  });
  source.on('error', () => undefined);

  /** Where the text ends, once it has come. */
  async function find(text: string): Promise<number> {
    const wanted = Buffer.from(text);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const seen = Buffer.concat(chunks).subarray(seenBytes).toString().slice(-2000);
        reject(new Error(`waited for ${JSON.stringify(text)}, but saw ${JSON.stringify(seen)}`));
      }, patienceMs);
    });
    try {
      for (let known = 0; ; ) {
        const unseen = joined(chunks).subarray(seenBytes);
        const at = unseen.indexOf(wanted, Math.max(0, known - wanted.length));
        if (at !== -1) return seenBytes + at + wanted.length;
        known = unseen.length;
        const more = new Promise<void>((resolve) => (onChunk = resolve));
        await Promise.race([more, timeout]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    writeEnd,
    async shows(text) {
      seenBytes = await find(text);
    },
    text: () => joined(chunks).toString(),
    async drain() {
      const marker = `<end ${randomBytes(16).toString('hex')}>`;
      write(writeEnd, marker, () => undefined);
      const end = await find(marker);
      return joined(chunks).subarray(0, end - marker.length);
    },
    close() {
      source.destroy();
      closeSync(writeEnd);
    },
  };
}

function joined(chunks: Buffer[]): Buffer {
  if (chunks.length > 1) chunks.splice(0, chunks.length, Buffer.concat(chunks));
  return chunks[0] ?? Buffer.alloc(0);
}
