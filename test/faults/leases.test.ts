import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pathsFrom } from '../../src/domain/config.ts';
import type { SessionRow, StateChangeRow } from '../../src/domain/rows.ts';
import { eventsOf, reading } from '../support/recorded-sessions.ts';
import { configure, wrapLeased } from '../support/leased-wrapper.ts';
import { isStopped } from '../support/is-stopped.ts';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';
import { sinceBootMs } from '../../src/guard/boot-clock.ts';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { valueOf } from '../store/fixtures/samples.ts';

const pathsOf = (env: NodeJS.ProcessEnv) => pathsFrom(env, '/');

/** What is stored, without extracting what is left, as every command would. */
const storedSessions = (env: NodeJS.ProcessEnv) =>
  reading(pathsOf(env), (reader) => valueOf(reader.sessions({ limit: 9 })));

const storedErrors = (env: NodeJS.ProcessEnv, session: string) =>
  eventsOf(pathsOf(env), session).flatMap((event) => /: error: (.*)$/.exec(event)?.[1] ?? []);

/** Waits until a session is stored: its child may be faster. */
async function untilBegun(env: NodeJS.ProcessEnv): Promise<void> {
  while (storedSessions(env).length === 0) await pause(10);
}

async function untilStored(env: NodeJS.ProcessEnv, session: string, count: number): Promise<void> {
  while (storedErrors(env, session).length < count) await pause(10);
}

/** Waits until the one lease that there is was not renewed in time. */
async function pastExpiry(env: NodeJS.ProcessEnv): Promise<void> {
  const database = new KeptDatabase(pathsOf(env).database, { readonly: true });
  const find = database.prepare<[], number>('SELECT expires_ms FROM leases').pluck();
  while ((find.get() ?? 0) > sinceBootMs()) await pause(10);
  database.close();
}

/** Stops it at a moment when it does not write: it would keep its lock on the database, and nobody could renew a lease. */
async function stopBetweenWrites(wrapper: ChildProcess, env: NodeJS.ProcessEnv): Promise<void> {
  const database = new KeptDatabase(pathsOf(env).database, { timeout: 0 });
  for (let isWriting = true; isWriting; ) {
    wrapper.kill('SIGSTOP');
    while (!isStopped(wrapper)) await pause(10);
    try {
      database.exec('BEGIN IMMEDIATE; ROLLBACK');
      isWriting = false;
    } catch {
      wrapper.kill('SIGCONT');
      while (isStopped(wrapper)) await pause(1);
    }
  }
  database.close();
}

describe('a lease', () => {
  it('of a wrapper that was killed goes to the next one at once, and its session is closed with the reason', async () => {
    const env = freshEnvironment();
    const killed = wrapLeased(env, ['--lease', 'one']);
    await killed.say('recorded');
    await untilBegun(env);
    await untilStored(env, storedSessions(env)[0]?.session_id ?? '', 1);
    killed.process.kill('SIGKILL');
    await once(killed.process, 'exit');
    // Half a minute before its time is over.
    expect(await runRidealong(['--lease', 'one', 'true'], { env })).toMatchObject({ code: 0, stderr: '' });

    const { stdout } = await runRidealong(['show', '@2', '--json'], { env });
    const { session, states } = JSON.parse(stdout) as { session: SessionRow; states: StateChangeRow[] };
    expect(session).toMatchObject({ state: 'crashed', lease_name: 'one', pid: killed.process.pid });
    expect(states.at(-1)?.metadata_json).toContain(`its wrapper (process ${killed.process.pid} on `);
    expect((await runRidealong(['show', '@2'], { env })).stdout).toMatch(/ exit +unknown: its wrapper \(process /);
    expect(storedErrors(env, session.session_id)).toEqual(['recorded']);
  });

  it.each<[string, (wrapper: ChildProcess, env: NodeJS.ProcessEnv) => unknown]>([
    ['SIGSTOP', stopBetweenWrites],
    ['its stopped child', (wrapper) => wrapper.stdin?.write('stop\n')],
  ])(
    'is lost by a wrapper that %s stopped for too long: what it prints then is not stored under it, and not lost',
    async (_, stop) => {
      const env = freshEnvironment();
      configure(env, 'leases: { ttl_ms: 400 }');
      const stopped = wrapLeased(env, ['--lease', 'one']);
      await stopped.say('before');
      await untilBegun(env);
      const [session] = storedSessions(env);
      const id = session?.session_id ?? '';
      await untilStored(env, id, 1);
      await stop(stopped.process, env);
      while (!isStopped(stopped.process)) await pause(10);
      const next = wrapLeased(env, ['--lease', 'one', '--lease-wait', '10m']);
      await next.printed('ready');
      stopped.process.kill('SIGCONT');

      // Its agent is not harmed.
      await stopped.say('after');
      await stopped.say('at the end');
      const { code, stderr } = await stopped.finish();
      expect(code).toBe(0);
      expect(stderr).toBe(
        'ridealong: the lease one was lost, because it was not renewed in time; ' +
          'from then on the output was recorded only, and becomes events after the end\n',
      );
      expect(storedErrors(env, id)).toEqual(['before']);
      expect(storedSessions(env).find(({ session_id }) => session_id === id)).toMatchObject({ ended_at: null });

      // The one who has the lease now is not disturbed, and extracts what the other left behind.
      await next.say('of the next');
      expect((await next.finish()).code).toBe(0);
      expect(storedErrors(env, id)).toEqual(['before', 'after', 'at the end']);
      expect(storedSessions(env)).toMatchObject([
        { state: 'completed', lease_name: 'one', total_extraction_events: 1 },
        { state: 'completed', lease_name: 'one', total_extraction_events: 3 },
      ]);
    },
  );

  it('is still had by a wrapper that was stopped for too long, when nobody else has taken it', async () => {
    const env = freshEnvironment();
    configure(env, 'leases: { ttl_ms: 400 }');
    const stopped = wrapLeased(env, ['--lease', 'one']);
    await stopped.printed('ready');
    await untilBegun(env);
    stopped.process.kill('SIGSTOP');
    await pastExpiry(env);
    stopped.process.kill('SIGCONT');
    await stopped.say('after');
    await untilStored(env, storedSessions(env)[0]?.session_id ?? '', 1);
    expect(await stopped.finish()).toEqual({ code: 0, stderr: '' });
  });
});
