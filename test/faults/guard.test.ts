import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { pathsFrom } from '../../src/domain/config.ts';
import type { StorageStatus } from '../../src/domain/mode.ts';
import type { SessionRow } from '../../src/domain/rows.ts';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { readStorage } from '../../src/storage-mode.ts';
import { freshEnvironment, runRidealong, startRidealong } from '../support/ridealong.ts';
import { noTinyDisk, tinyDisk } from '../support/tiny-disk.ts';

const forcedMs = 1000;

/** Sessions of `cat`, which prints what it is told, in a home of their own. */
function home(data?: string) {
  const environment = { ...freshEnvironment(), ...(data !== undefined && { XDG_DATA_HOME: data }) };
  const paths = pathsFrom(environment, '/');
  mkdirSync(join(paths.config, '..'), { recursive: true });
  writeFileSync(paths.config, `storage: { forced_ms: ${forcedMs} }\n`);

  const ask = async (...words: string[]) => {
    const { stdout, stderr, code } = await runRidealong([...words, '--json'], { env: environment });
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as unknown;
  };
  return {
    paths,
    run: (words: readonly string[]) => runRidealong(words, { env: environment }),
    /** Wraps a command, and waits until it is stored, however slow this machine is. */
    wrap: (command: readonly string[]) => runRidealong(['--drain-timeout', '60s', ...command], { env: environment }),
    state: () => readStorage(paths),
    forced: () => readStorage(paths).forced?.mode,
    /** What the recording of the only session has; nothing before it is there. */
    recorded(name = 'stdout.log'): string {
      const [session = ''] = existsSync(paths.recordings) ? readdirSync(paths.recordings) : [];
      const file = join(paths.recordings, session, name);
      return existsSync(file) ? readFileSync(file, 'latin1') : '';
    },
    status: async (...words: string[]) =>
      (await ask('mode', ...(words.length > 0 ? words : ['status']))) as StorageStatus,
    sessions: async () => (await ask('sessions')) as SessionRow[],
    /** The lines of all events, as the database has them now; none while it cannot be read. */
    stored(): string[] {
      const reader = openReader(paths.database);
      if (!reader.ok) return [];
      const rows = reader.value.events({ limit: 100_000 });
      reader.value.close();
      return rows.ok ? rows.value.map((row) => row.matched_value).sort() : [];
    },
    async started(...words: string[]) {
      const wrapper = startRidealong(['--no-serve', ...words, '--', 'cat'], {
        env: environment,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let [output, errors] = ['', ''];
      wrapper.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
      wrapper.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
      const ended = new Promise<number | null>((resolve) => wrapper.on('close', resolve));
      onTestFinished(async () => {
        wrapper.kill('SIGKILL');
        await ended;
      });
      const say = async (text: string) => {
        // It may have said the same before.
        const length = output.length + text.length;
        wrapper.stdin?.write(text);
        await until(() => output.length >= length);
      };
      await say('begun\n');
      return {
        say,
        output: () => output,
        /** What the wrapper has to say when all is over. */
        async end() {
          wrapper.stdin?.end();
          expect(await ended).toBe(0);
          return errors;
        },
        async kill() {
          wrapper.kill('SIGKILL');
          await ended;
        },
      };
    },
  };
}

const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 50_000, interval: 20 });
const errorsTo = (count: number, from = 1) =>
  Array.from({ length: count + 1 - from }, (_, index) => `no ${index + from}`);
const linesOf = (errors: readonly string[]) => errors.map((each) => `error: ${each}\n`).join('');
const valuesOf = (errors: readonly string[]) => errors.map((each) => `error: ${each}`).sort();

describe('a store that others keep locked', () => {
  it('is left alone within a second, and filled when it is free', async () => {
    const { paths, started, stored, forced, state, status } = home();
    const session = await started();
    await session.say(linesOf(['no 1']));
    await until(() => stored().length === 1);
    const other = new KeptDatabase(paths.database);
    other.exec('BEGIN IMMEDIATE');
    await session.say(linesOf(['no 2']));
    await until(() => forced() === 'record');
    expect(await status()).toMatchObject({ effective: 'record', base: 'full', by: 'guard', sessions_behind: 1 });
    await session.say(linesOf(errorsTo(5000, 3)));
    other.exec('ROLLBACK');
    other.close();
    await until(() => stored().length === 5000);
    expect(stored()).toEqual(valuesOf(errorsTo(5000)));
    expect(state()).toMatchObject({ degraded: 1, restored: 1, failures: 0 });
    expect(await session.end()).toMatch(/^ridealong: events are not stored now, but will be: .*locked.*\n$/);
    expect(await status()).toMatchObject({ effective: 'full', forced: null, lag_bytes: 0, gap_bytes: 0 });
  });
});

describe.skipIf(noTinyDisk !== undefined)(`a full disk ${noTinyDisk ?? ''}`, () => {
  it('costs no output; what is recorded is stored when there is room, and the rest is a gap that is counted', async () => {
    const disk = tinyDisk(600);
    const { started, stored, forced, sessions, state, recorded } = home(disk.path);
    const session = await started();
    await session.say(linesOf(['no 1']));
    await until(() => stored().length === 1);
    let said = 1;
    while (forced() === undefined) {
      await session.say(linesOf(errorsTo(said + 200, said + 1)));
      said += 200;
    }
    expect(state().forced?.reason).toContain('no space left');
    await session.say(linesOf(errorsTo(said + 20_000, said + 1)));
    said += 20_000;
    disk.enlarge(65_536);
    await session.say(linesOf([`no ${said + 1}`]));
    await until(() => forced() === undefined);
    await until(() => stored().includes(`error: no ${said + 1}`));
    const stderr = await session.end();
    expect(stderr).toContain('events are not stored now, but will be: no space left');
    expect(session.output()).toBe(`begun\n${linesOf(errorsTo(said + 1))}`);
    const [row] = await sessions();
    const whole = recorded()
      .split('\n')
      .flatMap((line) => /^error: no \d+$/.exec(line)?.[0] ?? []);
    expect(row?.gap_bytes).toBeGreaterThan(0);
    expect(recorded().length + (row?.gap_bytes ?? 0)).toBe(session.output().length);
    expect(
      stored()
        .filter((value) => whole.includes(value))
        .sort(),
    ).toEqual(whole.sort());
  });
});

describe('a damaged database', () => {
  /** Overwrites it from this byte on; what was committed is in it before. */
  function overwrite(path: string, from: number, bytes = statSync(path).size - from) {
    const database = new KeptDatabase(path);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    const descriptor = openSync(path, 'r+');
    writeSync(descriptor, Buffer.alloc(bytes, 0xaa), 0, bytes, from);
    closeSync(descriptor);
  }
  const asides = (data: string) => readdirSync(data).filter((name) => /^ridealong\.db\.damaged-.*Z$/.test(name));

  it.each([
    ['pages', 4096, undefined],
    ['its header', 0, 100],
    ['all of it', 0, undefined],
  ] as const)('is set aside while sessions run, and built anew: %s', async (_, from, bytes) => {
    const { paths, wrap, started, stored, sessions } = home();
    await wrap(['sh', '-c', 'echo error: before']);
    const session = await started();
    await session.say(linesOf(errorsTo(2000)));
    await until(() => stored().length === 2001);
    overwrite(paths.database, from, bytes);
    await session.say(linesOf(errorsTo(2100, 2001)));
    const all = [...valuesOf(errorsTo(2100)), 'error: before'].sort();
    await until(() => stored().length >= all.length);
    expect(stored()).toEqual(all);
    const stderr = await session.end();
    expect(stderr).toMatch(/the database \S+ was damaged; it is now \S+, and a new one is built from the recordings/);
    expect(asides(paths.data)).toHaveLength(1);
    expect(await sessions()).toHaveLength(2);
    expect(stored()).toEqual(all);
  });

  it('is found when it is opened after a crash, before anything is written to it', async () => {
    const { paths, started, stored, run, wrap } = home();
    const killed = await started();
    await killed.say(linesOf(errorsTo(500)));
    await until(() => stored().length === 500);
    await killed.kill();
    const descriptor = openSync(paths.database, 'r+');
    const { size } = statSync(paths.database);
    for (let page = 8; page * 4096 < size; page += 2)
      writeSync(descriptor, Buffer.alloc(4096, 0xaa), 0, 4096, page * 4096);
    closeSync(descriptor);
    const next = await wrap(['sh', '-c', 'echo error: after']);
    expect(next.stderr).toContain('was damaged');
    await run(['sessions']);
    expect(asides(paths.data)).toHaveLength(1);
    expect(stored()).toEqual([...valuesOf(errorsTo(500)), 'error: after'].sort());
  });

  it.each([
    ['pages', 4096, undefined],
    ['its header', 0, 100],
  ])('is mended by a command that reads, too: %s', async (_, from, bytes) => {
    const { paths, run, wrap, stored } = home();
    await wrap(['sh', '-c', 'echo error: before']);
    overwrite(paths.database, from, bytes);
    const { stdout, stderr, code } = await run(['events']);
    expect(code).toBe(0);
    expect(stderr.match(/was damaged/g)).toHaveLength(1);
    expect(stdout).toContain('error: before');
    expect(stored()).toEqual(['error: before']);
  });

  it('is mended on demand', async () => {
    const { paths, run, wrap, stored } = home();
    await wrap(['sh', '-c', 'echo error: before']);
    overwrite(paths.database, 4096);
    const probed = await run(['mode', 'probe']);
    expect(probed).toMatchObject({ stdout: 'the database works\n', code: 0 });
    expect(probed.stderr).toContain('was damaged');
    expect(stored()).toEqual(['error: before']);
  });
});

describe('a data folder that is deleted under a running wrapper', () => {
  it('is made anew; what was in it is a gap', async () => {
    const { paths, started, stored, sessions, recorded } = home();
    const session = await started();
    await session.say(linesOf(errorsTo(100)));
    await until(() => stored().length === 100);
    rmSync(paths.data, { recursive: true });
    // It is noticed when something is recorded, once a second.
    for (let turn = 101; !existsSync(paths.recordings); turn += 1) await session.say(linesOf([`no ${turn}`]));
    await session.say(linesOf(['no more']));
    await until(() => stored().includes('error: no more'));
    await session.end();
    const [row] = await sessions();
    expect(recorded().length + (row?.gap_bytes ?? 0)).toBe(session.output().length);
    expect(row).toMatchObject({ state: 'completed' });
  });
});

describe.skipIf(noTinyDisk !== undefined)(
  `a disk that may not be written when a session begins ${noTinyDisk ?? ''}`,
  () => {
    it('is used when it may be', async () => {
      const disk = tinyDisk(16_384);
      execFileSync('mount', ['-o', 'remount,ro', disk.path]);
      const { started, stored, forced, sessions } = home(disk.path);
      const session = await started();
      await until(() => forced() === 'record');
      execFileSync('mount', ['-o', 'remount,rw', disk.path]);
      await session.say(linesOf(['no 1']));
      await until(() => stored().length === 1);
      expect(await session.end()).toContain('output is passed on but not recorded');
      expect(await sessions()).toMatchObject([{ state: 'completed', gap_bytes: 'begun\n'.length }]);
    });
  },
);

describe('a mode that the user forces', () => {
  it('keeps the store as it is, then fills it', async () => {
    const { started, stored, status, run, recorded } = home();
    const session = await started();
    await until(() => recorded() === 'begun\n');
    expect(await status('force', 'record', '--reason', 'moving it', '--ttl', '10m')).toMatchObject({
      effective: 'record',
      by: 'user',
      reason: 'moving it',
    });
    // It looks five times a second.
    await pause(300);
    await session.say(linesOf(errorsTo(100)));
    await until(() => recorded().includes('no 100\n'));
    const read = await run(['events']);
    expect(read.stderr).toContain('what was recorded last is not stored yet: record is forced until');
    expect(stored()).toEqual([]);
    expect(await status('clear')).toMatchObject({ effective: 'full', forced: null });
    await until(() => stored().length === 100);
    expect(await session.end()).toBe('');
  });

  it('leaves nothing of what is only passed on but its length', async () => {
    const { started, sessions, status, run, recorded } = home();
    const session = await started();
    await until(() => recorded() === 'begun\n');
    await status('force', 'passthrough', '--reason', 'a secret');
    // Whoever prints something learns of it within a fifth of a second.
    while (!recorded('timing').includes('passthrough')) await session.say('.\n');
    await session.say('unheard\n');
    await status('clear');
    while (!recorded().endsWith('heard\n')) await session.say('error: heard\n');
    await session.end();
    const [row] = await sessions();
    expect(recorded()).toMatch(/^begun\n(\.\n)*(error: heard\n)+$/);
    expect(recorded().length + (row?.gap_bytes ?? 0)).toBe(session.output().length);
    const { stdout } = await run(['tail', '@last', '--since', '0', '--kinds', 'state']);
    expect(stdout).toMatch(/mode passthrough by user: a secret\n/);
    expect(stdout).toMatch(/bytes of stdout at offset \d+ are not in the recording\n/);
    expect(stdout).toMatch(/mode full by guard: nothing is forced any more\n/);
  });

  it.each([
    [['--mode', 'record'], true],
    [['--mode', 'passthrough'], false],
  ])('or asks for: %j', async (words, isRecorded) => {
    const { paths, run, sessions } = home();
    const { stdout, code } = await run([...words, 'sh', '-c', 'echo error: it; exit 3']);
    expect({ stdout, code }).toEqual({ stdout: 'error: it\n', code: 3 });
    expect(existsSync(paths.database)).toBe(false);
    expect(existsSync(paths.recordings)).toBe(isRecorded);
    expect((await sessions()).map((row) => row.total_extraction_events)).toEqual(isRecorded ? [1] : []);
  });
});

describe('a session that is too far behind', () => {
  it('records on, and catches up', async () => {
    const { paths, run, wrap, stored } = home();
    writeFileSync(paths.config, 'storage: { forced_ms: 200, max_lag_bytes: 20000 }\n');
    const count = 20_000;
    const script = `for (let n = 1; n <= ${count}; n += 1) console.log('error: no ' + n);`;
    await wrap([process.execPath, '-e', script]);
    await run(['sessions']);
    expect(stored()).toEqual(valuesOf(errorsTo(count)));
  });
});
