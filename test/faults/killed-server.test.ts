import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { openFeed } from '../../src/store/open-feed.ts';
import { clientOf, type Message } from '../server/support/running-server.ts';
import { freshHome, type Home } from '../server/support/serving-process.ts';
import { echoingAgent, servedBy, servedIn, wrap, type Wrapper } from '../server/support/wrappers.ts';
import { valueOf } from '../store/fixtures/samples.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { runRidealong } from '../support/ridealong.ts';
import { WebSocket } from 'ws';

const rounds = Number(process.env['ROUNDS'] ?? 50);
const random = seededRandom();
const countingAgent = fileURLToPath(new URL('../server/programs/counting-agent.mjs', import.meta.url));

/** What the client got: all that is told of sessions, in the order in which it came. */
interface Following {
  readonly messages: readonly Message[];
  /** Waits until so many came. */
  until(passes: () => boolean): Promise<void>;
  stop(): void;
}

/** A client that goes on by its cursor, whoever serves. */
function followAll(home: Home): Following {
  const messages: Message[] = [];
  let isStopped = false;
  let look: () => void = () => undefined;
  async function goOn() {
    while (!isStopped) {
      await pause(5);
      const served = servedIn(home);
      if (served === undefined) continue;
      const since = messages.at(-1)?.cursor ?? 0;
      const headers = { authorization: `Bearer ${served.token}` };
      const client = clientOf(new WebSocket(`ws://${served.host}/ws?since=${since}`, { headers }), (message) => {
        if (!['connected', 'heartbeat'].includes(message.type)) messages.push(message);
        look();
      });
      await client.closed;
    }
  }
  void goOn();
  onTestFinished(() => {
    isStopped = true;
  });
  return {
    messages,
    until: (passes) =>
      new Promise((resolve) => {
        look = () => {
          if (passes()) resolve();
        };
        look();
      }),
    stop() {
      isStopped = true;
    },
  };
}

/** How many numbers each agent printed, by what was recorded. */
function recordedNumbers({ paths }: Home): Map<string, number> {
  return new Map(
    readdirSync(paths.recordings).map((session) => {
      const text = readFileSync(join(paths.recordings, session, 'stdout.log'), 'latin1');
      return [session, text.match(/^error: number \d+$/gm)?.length ?? 0];
    }),
  );
}

it(`SIGKILL of the serving wrapper under load loses no event for a client that resumes, ${rounds} times (SEED=${random.seed})`, {
  timeout: 600_000,
}, async () => {
  const home = freshHome();
  const script = `process.argv[2] = '1000000'; process.argv[3] = '50'; import(${JSON.stringify(countingAgent)})`;
  const wrappers = new Map<number, Wrapper>();
  const start = () => {
    const wrapper = wrap(home, script);
    wrappers.set(wrapper.pid, wrapper);
  };
  // One serves, one takes over, and one or two are being started meanwhile.
  for (let nth = 0; nth < 3; nth += 1) start();
  const client = followAll(home);
  for (let round = 0; round < rounds; round += 1) {
    const { pid } = await servedBy(home, (served) => wrappers.has(served.pid));
    const before = client.messages.length;
    const wanted = random.below(40);
    await client.until(() => client.messages.length >= before + wanted);
    wrappers.get(pid)?.process.kill('SIGKILL');
    wrappers.delete(pid);
    start();
  }
  for (const { process: wrapper } of wrappers.values()) wrapper.kill('SIGKILL');
  await Promise.all([...wrappers.values()].map(({ ended }) => ended));

  // Whoever reads next extracts what the last ones left behind, and tells the client.
  await runRidealong(['sessions'], { env: home.environment });
  wrap(home, echoingAgent);
  const feed = valueOf(openFeed(home.paths.database));
  onTestFinished(() => feed.close());
  const latest = valueOf(feed.latest());
  await client.until(() => (client.messages.at(-1)?.cursor ?? 0) >= latest);
  client.stop();

  const cursors = client.messages.map(({ cursor }) => cursor).filter((cursor) => cursor <= latest);
  expect(cursors).toEqual([...new Set(cursors)].sort((one, other) => one - other));
  const told = new Map<string, number>();
  for (const { session_id: session, pattern, original_line: line } of client.messages) {
    if (pattern === undefined) continue;
    const id = String(session);
    told.set(id, (told.get(id) ?? 0) + 1);
    expect(line).toBe(`error: number ${told.get(id)}`);
  }
  for (const [session, count] of recordedNumbers(home)) expect(told.get(session) ?? 0, session).toBe(count);
  expect(told.size).toBeGreaterThan(rounds / 2);
});
