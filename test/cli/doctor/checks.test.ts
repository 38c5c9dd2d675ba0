import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/cli/doctor/check-config.ts';
import { checkDatabase } from '../../../src/cli/doctor/check-database.ts';
import { checkNativeParts } from '../../../src/cli/doctor/check-native-parts.ts';
import { checkPacks } from '../../../src/cli/doctor/check-packs.ts';
import { checkPaths } from '../../../src/cli/doctor/check-paths.ts';
import { checkVersions } from '../../../src/cli/doctor/check-versions.ts';
import { pathsFrom } from '../../../src/domain/config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ridealong-doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const pathsIn = (data: string) => pathsFrom({ HOME: '/nowhere', XDG_DATA_HOME: data }, '/work');

describe('versions', () => {
  it.each([
    ['20.19.0', 'ok'],
    ['24.1.0', 'ok'],
    ['20.18.3', 'fail'],
    ['18.20.0', 'fail'],
  ])('Node %s is %s', (version, verdict) => {
    expect(checkVersions(version).find(({ check }) => check === 'node')).toMatchObject({ verdict, found: version });
  });

  it('names ours and those of the native packages', () => {
    expect(checkVersions('20.19.0').map(({ check }) => check)).toEqual([
      'ridealong',
      'node',
      'better-sqlite3',
      'node-pty',
    ]);
  });
});

describe('native parts', () => {
  it('fail where they were not built, with what to do', () => {
    const [posix, monitor] = checkNativeParts(folder);
    expect(posix).toMatchObject({
      check: 'posix.node',
      verdict: 'fail',
      fix: expect.stringContaining('npm rebuild') as string,
    });
    expect(monitor).toMatchObject({ check: 'ridealong-monitor', verdict: 'fail' });
  });

  it('are found where they were built', () => {
    const built = join(folder, 'build', 'Release');
    mkdirSync(built, { recursive: true });
    writeFileSync(join(built, 'posix.node'), '');
    writeFileSync(join(built, 'ridealong-monitor'), '', { mode: 0o755 });
    expect(checkNativeParts(folder).slice(0, 2)).toMatchObject([{ verdict: 'ok' }, { verdict: 'ok' }]);
  });
});

describe('paths', () => {
  it('need not be there yet', () => {
    expect(checkPaths(pathsIn(folder)).map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'ok']);
  });

  it('are warned about when others may look into them', () => {
    const paths = pathsIn(folder);
    mkdirSync(paths.recordings, { recursive: true });
    chmodSync(paths.data, 0o755);
    chmodSync(paths.recordings, 0o700);
    writeFileSync(paths.database, '');
    chmodSync(paths.database, 0o644);
    expect(checkPaths(paths)).toMatchObject([
      { verdict: 'warn', fix: `chmod 0700 ${paths.data}` },
      { verdict: 'ok' },
      { verdict: 'warn', fix: `chmod 0600 ${paths.database}` },
    ]);
  });

  it('fail when something else is there', () => {
    const paths = pathsIn(folder);
    mkdirSync(paths.database, { recursive: true });
    writeFileSync(paths.recordings, '');
    expect(checkPaths(paths).slice(1)).toMatchObject([{ verdict: 'fail' }, { verdict: 'fail' }]);
  });
});

describe('the config file', () => {
  const file = () => join(folder, 'config.yaml');

  it('need not be there', () => {
    expect(checkConfig(file())).toEqual([{ check: 'config', verdict: 'ok', found: `${file()}, not there` }]);
  });

  it('is fine when it is understood', () => {
    writeFileSync(file(), 'kill_after_ms: 600000');
    expect(checkConfig(file())).toEqual([{ check: 'config', verdict: 'ok', found: file() }]);
  });

  it('is warned about when it is not, with the place and what that means', () => {
    writeFileSync(file(), 'kill_after: 10\nfail: []');
    expect(checkConfig(file())).toMatchObject([
      {
        verdict: 'warn',
        found: `${file()}:1:1: unknown key \`kill_after\`: did you mean \`kill_after_ms\`? (and 1 more)`,
      },
    ]);
  });
});

describe('the database', () => {
  it('need not be there yet', async () => {
    expect(await checkDatabase(join(folder, 'x.db'))).toMatchObject([
      { check: 'sqlite', verdict: 'ok', found: expect.stringMatching(/^3\./) as string },
      { check: 'database', verdict: 'ok', found: 'not there yet' },
    ]);
  });

  it('fails when it is a foreign file', async () => {
    const path = join(folder, 'x.db');
    writeFileSync(path, 'something else');
    expect(await checkDatabase(path)).toMatchObject([{ check: 'database', verdict: 'fail' }]);
  });
});

describe('packs', () => {
  const complaint = { file: 'f.yaml', line: 3, column: 5, message: 'bad' };

  it('of the user are warned about, ours fail', () => {
    const place = { folder: '/x', packs: [], complaints: [complaint] };
    expect(
      checkPacks([
        { ...place, origin: 'shipped' },
        { ...place, origin: 'user' },
      ]),
    ).toMatchObject([
      { verdict: 'fail', found: 'f.yaml:3:5: bad', fix: 'install ridealong again' },
      { verdict: 'warn', fix: 'ridealong patterns check f.yaml' },
    ]);
  });

  it('of ours must be there, others need not', () => {
    const place = { folder: '/x', packs: [], complaints: [] };
    expect(
      checkPacks([
        { ...place, origin: 'shipped' },
        { ...place, origin: 'project' },
      ]),
    ).toMatchObject([{ verdict: 'fail' }, { verdict: 'ok' }]);
  });
});
