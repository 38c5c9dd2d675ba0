import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshEnvironment, program } from '../support/ridealong.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A copy of the built program, to be spoilt. */
function copyOfProgram(): string {
  const folder = temporaryFolder();
  const root = dirname(dirname(program));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['build', 'node_modules', 'binding.gyp']) symlinkSync(join(root, name), join(folder, name));
  return join(folder, 'dist');
}

/** Tells of each script of ours that is started whether V8 took its cache. */
const witness = `
  const vm = require('node:vm');
  vm.Script = class extends vm.Script {
    constructor(code, options) {
      super(code, options);
      if (options?.filename) console.error(require('node:path').basename(options.filename), this.cachedDataRejected === false);
    }
  };`;

function run(dist: string) {
  const witnessFile = join(dist, 'witness.cjs');
  writeFileSync(witnessFile, witness);
  const words = ['--require', witnessFile, join(dist, 'ridealong.js'), '--', 'echo', 'hello'];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { env: freshEnvironment(), encoding: 'utf8' });
  return { stdout, status, cached: stderr.split('\n').includes('ridealong.code.js true') };
}

const cacheIn = (dist: string) => join(dist, 'ridealong.code.cache');

it('the code is in ASCII: it is read byte by byte, and a regex must not become another one', () => {
  const dist = dirname(program);
  const codes = readdirSync(dist).filter((name) => name.endsWith('.code.js'));
  expect(codes).toContain('follow.code.js');
  for (const name of codes)
    expect(
      readFileSync(join(dist, name)).findIndex((byte) => byte > 0x7f),
      name,
    ).toBe(-1);
});

describe('the code cache', () => {
  it('is used', () => {
    expect(run(copyOfProgram())).toEqual({ stdout: 'hello\n', status: 0, cached: true });
  });

  it.each<[what: string, spoil: (cache: string) => void]>([
    ['is not there', (cache) => rmSync(cache)],
    ['is empty', (cache) => writeFileSync(cache, '')],
    ['was cut', (cache) => writeFileSync(cache, readFileSync(cache).subarray(0, 5000))],
    ['is of other code', (cache) => writeFileSync(cache, readFileSync(cache).fill('0', 2, 66))],
    [
      'is of another version of Node',
      (cache) => {
        const bytes = readFileSync(cache);
        // Behind our own line and V8's magic number.
        bytes.fill(0, 67 + 4, 67 + 8);
        writeFileSync(cache, bytes);
      },
    ],
  ])('is done without where it %s', (_what, spoil) => {
    const dist = copyOfProgram();
    spoil(cacheIn(dist));
    expect(run(dist)).toEqual({ stdout: 'hello\n', status: 0, cached: false });
  });

  it('is made anew by `cache-code.js`', () => {
    const dist = copyOfProgram();
    rmSync(cacheIn(dist));
    expect(spawnSync(process.execPath, [join(dist, 'cache-code.js')]).status).toBe(0);
    expect(run(dist).cached).toBe(true);
  });
});
