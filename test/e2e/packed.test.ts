import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEnvironment } from '../support/ridealong.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * The package as others get it: packed, installed into an empty prefix (which
 * compiles its native parts), and used from there. `npm run build` comes first.
 *
 * SQLite's binding they get compiled, from the network. Here it is the one that is
 * installed, offered as if it came from there: to compile it takes more than a minute.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
const work = mkdtempSync(join(tmpdir(), 'ridealong-packed-'));
const prefix = join(work, 'prefix');
const installed = join(prefix, 'lib', 'node_modules', 'ridealong');
const run = promisify(execFile);

beforeAll(async () => {
  // Without scripts: what was built is what the other tests are using.
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', work], {
    cwd: root,
  });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  await run('npm', ['install', '--global', '--prefix', prefix, join(work, packed?.filename ?? '')], {
    cwd: work,
    env: { ...process.env, JOBS: 'max', npm_config_better_sqlite3_local_prebuilds: bindingOffered() },
    maxBuffer: 64 * 1024 * 1024,
  });
}, 400_000);

/** @returns a folder with an archive as prebuild-install looks for it; where that wants another one, it is compiled */
function bindingOffered(): string {
  const manifest = require.resolve('better-sqlite3/package.json');
  const { version } = require(manifest) as { version: string };
  const { platform, arch, versions } = process;
  const archive = join(work, `better-sqlite3-v${version}-node-v${versions.modules}-${platform}-${arch}.tar.gz`);
  execFileSync('tar', ['-czf', archive, '-C', dirname(manifest), 'build/Release/better_sqlite3.node']);
  return work;
}

afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('the packed package', () => {
  const ridealong = (words: readonly string[], env: NodeJS.ProcessEnv) =>
    spawnSync(join(prefix, 'bin', 'ridealong'), words, { cwd: work, env, encoding: 'utf8' });

  it('says its version', () => {
    expect(ridealong(['--version'], freshEnvironment()).stdout).toBe('0.1.0\n');
  });

  it('holds what it needs and nothing that was only needed to make it', () => {
    expect(readdirSync(installed).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'binding.gyp',
      'build',
      'dist',
      'native',
      'node_modules',
      'package.json',
      'patterns',
    ]);
    expect(readdirSync(join(installed, 'node_modules'))).not.toContain('typescript');
  });

  it.each([['--no-pty'], ['--pty']])('wraps a command (%s) and shows its session', (mode) => {
    const env = freshEnvironment();
    const wrapped = ridealong([mode, 'sh', '-c', 'echo "error: no luck"; exit 3'], env);
    expect({ ...wrapped, stdout: wrapped.stdout.trimEnd() }).toMatchObject({
      stdout: 'error: no luck',
      stderr: '',
      status: 3,
    });
    const sessions = ridealong(['sessions', '--json'], env);
    expect(JSON.parse(sessions.stdout)).toMatchObject([{ agent_name: 'sh', exit_code: 3, total_extraction_events: 1 }]);
  });

  it('finds everything in place', () => {
    const { stdout, status } = ridealong(['doctor'], freshEnvironment());
    expect({ stdout, status }).toMatchObject({ status: 0, stdout: expect.stringContaining('ridealong') as string });
  });

  it('is imported by a program that is checked by TypeScript', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(installed, join(folder, 'node_modules', 'ridealong'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(folder, 'program.ts'),
      `import { openReader, type SessionRow } from 'ridealong';
      const reader = openReader('there-is-none.db');
      if (!reader.ok) throw new Error(reader.failure.message);
      const sessions = reader.value.sessions({ limit: 1 });
      const rows: readonly SessionRow[] = sessions.ok ? sessions.value : [];
      // @ts-expect-error -- it is a list: the types are not just any
      const wrong: string = rows;
      console.log(rows.length);
      `,
    );
    const compiled = spawnSync(
      process.execPath,
      [compiler, '--module', 'nodenext', '--target', 'es2022', '--strict', 'program.ts'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(compiled.stdout).toBe('');
    expect(spawnSync(process.execPath, ['program.js'], { cwd: folder, encoding: 'utf8' }).stdout).toBe('0\n');
  });
});
