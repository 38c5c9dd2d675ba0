import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { wrapLeased } from '../support/leased-wrapper.ts';
import { reading } from '../support/recorded-sessions.ts';
import { runRidealong } from '../support/ridealong.ts';
import { follow } from '../server/support/running-server.ts';
import { freshHome, type Home, serveIn } from '../server/support/serving-process.ts';
import { echoingAgent, servedBy, wrap } from '../server/support/wrappers.ts';
import { valueOf } from '../store/fixtures/samples.ts';

/** What is stored now of this wrapper's session, by nobody's help. */
function storedOf({ paths }: Home, pid: number | undefined) {
  return reading(paths, (reader) => {
    const session = valueOf(reader.sessions({ limit: 9 })).find((row) => row.pid === pid);
    return session && { session, states: valueOf(reader.stateChanges(session.session_id)) };
  });
}

/** A wrapper that was killed while its agent ran, and whose session is stored as one that runs. */
async function killedIn(home: Home): Promise<number | undefined> {
  const wrapper = wrapLeased(home.environment, []);
  await wrapper.say('recorded');
  while (storedOf(home, wrapper.process.pid)?.session.total_extraction_events !== 1) await pause(10);
  wrapper.process.kill('SIGKILL');
  await once(wrapper.process, 'exit');
  expect(storedOf(home, wrapper.process.pid)?.session).toMatchObject({ ended_at: null });
  return wrapper.process.pid;
}

it.each<[string, (home: Home) => Promise<unknown>]>([
  ['a command that reads', ({ environment }) => runRidealong(['events', '--limit', '1'], { env: environment })],
  ['another wrapper at its end', ({ environment }) => runRidealong(['--no-serve', 'true'], { env: environment })],
  ['a server when it is started', serveIn],
])('a session whose wrapper was killed is closed as crashed, with the reason, by %s', async (_, notice) => {
  const home = freshHome();
  const pid = await killedIn(home);
  await notice(home);
  const { session, states } = storedOf(home, pid) ?? {};
  expect(session).toMatchObject({ state: 'crashed', exit_code: null, total_extraction_events: 1 });
  const reason = `its wrapper (process ${pid} on ${session?.host}) was gone before it told the end`;
  expect(states?.at(-1)).toMatchObject({ state: 'crashed', metadata_json: JSON.stringify({ kind: 'unseen', reason }) });
});

it.each<[string, (home: Home) => Promise<{ host: string; token: string }>]>([
  ['ridealong serve', serveIn],
  [
    'a wrapper that serves',
    (home) => {
      wrap(home, echoingAgent);
      return servedBy(home);
    },
  ],
])('%s notices by itself that a wrapper was killed, and tells those who follow', async (_, serve) => {
  const home = freshHome();
  const client = await follow(await serve(home), '/ws');
  const pid = await killedIn(home);
  const told = await client.message(({ type, state }) => type === 'state' && state === 'crashed');
  expect(told['metadata_json']).toContain(`its wrapper (process ${pid} on `);
  await client.message(({ type, state }) => type === 'complete' && state === 'crashed');
});
