import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pathsFrom } from '../src/domain/config.ts';
import type { SessionRow } from '../src/domain/rows.ts';
import { KeptDatabase } from '../src/store/kept-database.ts';
import { configure, wrapLeased } from './support/leased-wrapper.ts';
import { freshEnvironment, runRidealong } from './support/ridealong.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const databaseOf = (env: NodeJS.ProcessEnv) => pathsFrom(env, '/').database;

async function sessionsIn(env: NodeJS.ProcessEnv): Promise<SessionRow[]> {
  const { stdout } = await runRidealong(['sessions', '--json'], { env });
  return JSON.parse(stdout) as SessionRow[];
}

/** A command that leaves this file behind. */
function touching() {
  const file = join(temporaryFolder(), 'was-run');
  return { command: ['touch', file], wasRun: () => existsSync(file) };
}

describe('a wrapped command under a lease', () => {
  it('is not started while somebody else holds it, which is told with who, where and how long', async () => {
    const env = freshEnvironment();
    const holder = wrapLeased(env, ['--agent', 'nightly', '--lease', 'deploy']);
    await holder.printed('ready');
    const { command, wasRun } = touching();
    const refused = await runRidealong(['--lease', 'deploy', ...command], { env });
    expect(refused).toMatchObject({ code: 75, stdout: '' });
    const time = String.raw`20\d\d-\d\d-\d\dT[\d:.]+Z`;
    expect(refused.stderr).toMatch(
      new RegExp(
        `^ridealong: the lease deploy is held by session [0-9A-Z]{26} \\(nightly, process ${holder.process.pid}, ` +
          `in ${process.cwd()}\\) since ${time}, until ${time} if it is not renewed; --lease-wait 30s waits for it\n$`,
      ),
    );
    expect(wasRun()).toBe(false);
    await holder.finish();
    // What was not started is no session.
    expect(await sessionsIn(env)).toMatchObject([{ agent_name: 'nightly', lease_name: 'deploy' }]);
  });

  it('is started under another lease, or under none', async () => {
    const env = freshEnvironment();
    const holder = wrapLeased(env, ['--lease', 'deploy']);
    await holder.printed('ready');
    for (const options of [['--lease', 'another'], []]) {
      const { command, wasRun } = touching();
      expect(await runRidealong([...options, ...command], { env })).toMatchObject({ code: 0, stderr: '' });
      expect(wasRun()).toBe(true);
    }
    await holder.finish();
  });

  it('waits for the lease, if it is to, and is started when its holder has ended', async () => {
    const env = freshEnvironment();
    const holder = wrapLeased(env, ['--lease', 'deploy']);
    await holder.printed('ready');
    const waiting = wrapLeased(env, ['--lease', 'deploy', '--lease-wait', '10m']);
    await waiting.printed('waiting for it');
    expect(await holder.finish()).toEqual({ code: 0, stderr: '' });
    await waiting.printed('ready');
    expect(await waiting.finish()).toMatchObject({ code: 0 });
  });

  it('is not started when it has waited in vain', async () => {
    const env = freshEnvironment();
    const holder = wrapLeased(env, ['--lease', 'deploy']);
    await holder.printed('ready');
    const { command, wasRun } = touching();
    const refused = await runRidealong(['--lease', 'deploy', '--lease-wait', '250ms', ...command], { env });
    expect(refused).toMatchObject({ code: 75, stdout: '' });
    expect(refused.stderr).toMatch(/waiting for it\n.*; not had after 0.25 s\n$/);
    expect(wasRun()).toBe(false);
    await holder.finish();
  });

  it('keeps its exit code, and frees the lease when it has ended', async () => {
    const env = freshEnvironment();
    for (const code of [3, 0]) {
      expect(await runRidealong(['--lease', 'deploy', 'sh', '-c', `exit ${code}`], { env })).toMatchObject({ code });
    }
    expect((await runRidealong(['--lease', 'deploy', 'no-such-command'], { env })).code).toBe(127);
    expect((await runRidealong(['--lease', 'deploy', 'true'], { env })).code).toBe(0);
  });

  it('holds the lease for as long as it runs, beyond the time that it is taken for', async () => {
    const env = freshEnvironment();
    configure(env, 'leases: { ttl_ms: 2000 }');
    const holder = wrapLeased(env, ['--lease', 'deploy']);
    await holder.printed('ready');
    const database = new KeptDatabase(databaseOf(env), { readonly: true });
    const expiry = () => Number(database.prepare('SELECT expires_ms FROM leases').pluck().get());
    const taken = expiry();
    while (expiry() < taken + 2000) await pause(20);
    database.close();
    expect((await runRidealong(['--lease', 'deploy', 'true'], { env })).code).toBe(75);
    expect(await holder.finish()).toEqual({ code: 0, stderr: '' });
  });

  it('is not started when the lease cannot be had because there can be no database', async () => {
    const env = freshEnvironment();
    writeFileSync(env['XDG_DATA_HOME'] ?? '', 'no folder');
    const { command, wasRun } = touching();
    expect(await runRidealong(['--lease', 'deploy', ...command], { env })).toMatchObject({ code: 74 });
    expect(wasRun()).toBe(false);
    // Without a lease nothing keeps a command from being run.
    expect((await runRidealong(command, { env })).code).toBe(0);
    expect(wasRun()).toBe(true);
  });

  it.each(['a b', '', '../x'])('is not started when the lease is to be called %j', async (name) => {
    const refused = await runRidealong(['--lease', name, 'true'], { env: freshEnvironment() });
    expect(refused).toMatchObject({ code: 64, stdout: '' });
    expect(refused.stderr).toContain('--lease');
  });
});

describe('the config file', () => {
  it('gives a lease to an agent in a folder and below, and to nobody else', async () => {
    const env = freshEnvironment();
    const app = join(temporaryFolder(), 'app');
    mkdirSync(join(app, 'src'), { recursive: true });
    configure(env, `leases: { take: [{ name: app, agent: touch, directory: ${app} }] }`);
    const run = (cwd: string, ...options: string[]) =>
      runRidealong([...options, 'touch', 'was-run'], { env, cwd }).then(({ code }) => code);
    expect(await run(app)).toBe(0);
    expect(await run(join(app, 'src'))).toBe(0);
    expect(await run(join(app, '..'))).toBe(0);
    expect(await run(app, '--agent', 'other')).toBe(0);
    expect(await run(app, '--lease', 'mine')).toBe(0);
    const leases = (await sessionsIn(env)).map(({ lease_name }) => lease_name);
    expect(leases).toEqual(['mine', null, null, 'app', 'app']);

    const holder = wrapLeased(env, ['--lease', 'app']);
    await holder.printed('ready');
    expect(await run(app)).toBe(75);
    expect(await run(join(app, 'src'))).toBe(75);
    expect(await run(join(app, '..'))).toBe(0);
    expect(await run(app, '--lease', 'mine')).toBe(0);
    await holder.finish();
  });

  it('that cannot be understood is left aside as a whole, which is told', async () => {
    const env = freshEnvironment();
    configure(env, 'leases: { take: [{ nam: app }] }');
    const { code, stderr } = await runRidealong(['true'], { env });
    expect(code).toBe(0);
    expect(stderr).toContain('unknown key `nam`');
  });
});

it('wrappers that wait for one lease run one after the other', async () => {
  const env = freshEnvironment();
  const log = join(temporaryFolder(), 'log');
  const script = `echo in >> '${log}'; sleep 0.03; echo out >> '${log}'`;
  const words = ['--no-serve', '--lease', 'one', '--lease-wait', '10m', 'sh', '-c', script];
  const ended = await Promise.all(Array.from({ length: 12 }, () => runRidealong(words, { env })));
  expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 0));
  expect(readFileSync(log, 'utf8')).toBe('in\nout\n'.repeat(12));
});
