import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { posix } from '../../src/child/posix.ts';
import { openTarget } from '../../src/child/target.ts';
import { writeAll } from '../../src/child/write-all.ts';
import { freshEnvironment, startRidealong } from '../support/ridealong.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const isLinux = process.platform === 'linux';
const numbers = Buffer.from(Array.from({ length: 50_000 }, (_, index) => `${index}\n`).join(''));

const kinds: readonly [string, () => [readEnd: number, writeEnd: number]][] = [
  ['pipe', posix.pipe],
  [
    'terminal',
    () => {
      const [master, slave] = posix.openTerminal();
      posix.makeRaw(slave);
      return [master, slave];
    },
  ],
];

/** Whether who writes to the descriptor waits for room. */
function waitsForRoom(fd: number): boolean {
  const [, flags = ''] = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
  return (Number.parseInt(flags, 8) & 0o4000) === 0;
}

describe.skipIf(!isLinux).each(kinds)('a %s to write to', (_, open) => {
  it('takes what there is room for, and nobody waits for more', () => {
    const [readEnd, writeEnd] = open();
    const { writeNow, close } = openTarget(writeEnd);
    let written = 0;
    for (let count = -1; count !== 0; written += count) count = writeNow?.(numbers.subarray(written)) ?? 0;
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(numbers.length);
    const read = Buffer.alloc(1000);
    const length = readSync(readEnd, read);
    expect(read.subarray(0, length)).toEqual(numbers.subarray(0, length));
    for (const fd of [readEnd, writeEnd]) closeSync(fd);
    close();
  });

  it('stays what it is to others who have it', () => {
    const [readEnd, writeEnd] = open();
    const { writeNow, close } = openTarget(writeEnd);
    expect(writeNow?.(Buffer.from('x'))).toBe(1);
    expect(waitsForRoom(writeEnd)).toBe(true);
    close();
    expect(waitsForRoom(writeEnd)).toBe(true);
    for (const fd of [readEnd, writeEnd]) closeSync(fd);
  });

  it('has all bytes in order when a thread has to wait for the reader', async () => {
    const [readEnd, writeEnd] = open();
    const target = openTarget(writeEnd);
    const reader = spawn('head', ['-c', `${numbers.length}`], { stdio: [readEnd, 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    reader.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    // It may be over before the thread that wrote the last bytes has told so.
    const closed = once(reader, 'close');
    expect(await writeAll(target, [numbers.subarray(0, 3), numbers.subarray(3)])).toBeUndefined();
    await closed;
    expect(Buffer.concat(chunks).equals(numbers)).toBe(true);
    for (const fd of [readEnd, writeEnd]) closeSync(fd);
    target.close();
  });
});

describe('openTarget', () => {
  it('leaves files to a thread: there is always room in them, and yet they may take long', () => {
    const file = openSync(join(temporaryFolder(), 'file'), 'w');
    expect(openTarget(file).writeNow).toBeUndefined();
    closeSync(file);
  });

  it('lets who waits for room tell that the reader is gone', async () => {
    const [readEnd, writeEnd] = posix.pipe();
    const target = openTarget(writeEnd);
    closeSync(readEnd);
    expect(await writeAll(target, [Buffer.from('x')])).toMatchObject({ code: 'EPIPE' });
    closeSync(writeEnd);
    target.close();
  });

  it('keeps a wrapper awake whose reader, behind a socket, reads nothing', async () => {
    // What Node calls a pipe is a socket. It is full long before the child has written so much, and we hold the rest.
    const agent = `trap 'echo heard >&2; exit 3' TERM; yes | head -c 400000; echo ready >&2; while :; do sleep 0.1; done`;
    const wrapper = startRidealong(['--no-serve', '--', 'sh', '-c', agent], { env: freshEnvironment(), stdio: 'pipe' });
    const said = async () => String((await once(wrapper.stderr ?? wrapper, 'data'))[0]);
    expect(await said()).toBe('ready\n');
    wrapper.kill('SIGTERM');
    expect(await said()).toBe('heard\n');
    wrapper.stdout?.resume();
    expect(await once(wrapper, 'close')).toEqual([3, null]);
  });
});
