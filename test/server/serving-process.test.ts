import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { openStore } from '../../src/store/open-store.ts';
import { addEvents, sampleEvent, sampleSession, valueOf } from '../store/fixtures/samples.ts';
import { runRidealong } from '../support/ridealong.ts';
import { clientOf, follow, type Message } from './support/running-server.ts';
import { freshHome, type Home, type Serving, serveIn, wrapCounting } from './support/serving-process.ts';

const tailClient = fileURLToPath(new URL('../../examples/tail-client.mjs', import.meta.url));

const numbers = (messages: readonly Message[]) =>
  messages.flatMap(({ original_line: line }) => {
    const number = /^error: number (\d+)$/.exec(String(line))?.[1];
    return number === undefined ? [] : [Number(number)];
  });
const upToNumber = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const isComplete = ({ type }: Message) => type === 'complete';

describe('ridealong serve', () => {
  it('tells where it is, and leaves no file behind but its lock when it is told to end', async () => {
    const home = freshHome();
    const serving = await serveIn(home);
    expect(serving.said).toBe(`serving http://${serving.host}; the token is in ${home.paths.runtime}/serve.json\n`);
    const client = await follow(serving, '/ws');
    serving.process.kill('SIGTERM');
    expect(await client.closed).toEqual({ code: 1012, reason: 'the server ends' });
    expect(await serving.ended).toBe(0);
    expect(readdirSync(home.paths.runtime)).toEqual(['serve.lock']);
  });

  it('ends with 130 when it is interrupted', async () => {
    const home = freshHome();
    const serving = await serveIn(home);
    serving.process.kill('SIGINT');
    expect(await serving.ended).toBe(130);
    expect(readdirSync(home.paths.runtime)).toEqual(['serve.lock']);
  });

  it('runs once per user', async () => {
    const home = freshHome();
    const serving = await serveIn(home);
    const second = await runRidealong(['serve'], { env: home.environment });
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^ridealong: a server is running already/);
    await follow(serving, '/ws');
  });

  it('is started again after it was killed', async () => {
    const home = freshHome();
    const first = await serveIn(home);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = await serveIn(home);
    expect(second.token).not.toBe(first.token);
    await follow(second, '/ws');
  });

  it('has its token nowhere but in its file', async () => {
    const home = freshHome();
    const { pid, token, said } = await serveIn(home);
    expect(said).not.toContain(token);
    if (process.platform === 'linux') {
      expect(
        readFileSync(`/proc/${pid}/cmdline`, 'latin1') + readFileSync(`/proc/${pid}/environ`, 'latin1'),
      ).not.toContain(token);
    }
  });

  it('answers queries and shows recordings', async () => {
    const home = freshHome();
    const print = `process.stdout.write('\\x1b[31merror: red\\x1b[0m\\n')`;
    await runRidealong(['--agent', 'one', process.execPath, '-e', print], { env: home.environment });
    await runRidealong(['--agent', 'two', '--pty', process.execPath, '-e', print], { env: home.environment });
    const serving = await serveIn(home);
    const [two, one] = ((await ask(serving, '/api/sessions')) as { items: { session_id: string }[] }).items;
    expect(await ask(serving, `/api/sessions/${one?.session_id}/log`)).toMatchObject({
      text: 'error: red\n',
      next: null,
    });
    expect(await ask(serving, `/api/sessions/${one?.session_id}/log?from=5&to=11`)).toMatchObject({ text: 'error:' });
    expect(await ask(serving, `/api/sessions/${one?.session_id}/log?from=1000`)).toMatchObject({
      text: '',
      next: null,
    });
    expect(await ask(serving, `/api/sessions/${two?.session_id}/screen`)).toMatchObject({
      session_id: two?.session_id,
      lines: expect.arrayContaining(['error: red']) as string[],
    });
    expect(await ask(serving, `/api/sessions/${one?.session_id}/screen`)).toMatchObject({
      error: { code: 'bad_parameter', message: expect.stringContaining('has no screen') as string },
    });
    expect(await ask(serving, '/api/query/extractions?agent=two')).toMatchObject({
      total: 1,
      items: [{ matched_value: 'error: red' }],
    });
    expect(await ask(serving, '/api/query/session/01K1FZ5W8N7Q3V9XH2M4T6R8YB')).toMatchObject({
      error: { code: 'session_not_found' },
    });
  });
});

describe('under load', () => {
  it('history and what is live fit together, whenever one comes', async () => {
    const home = freshHome();
    const serving = await serveIn(home);
    const first = await follow(serving, '/ws?since=0');
    void wrapCounting(home, 3_000, 5);
    const clients = [first];
    while (!first.messages.some(isComplete) && clients.length < 40) {
      const seen = first.messages.length;
      clients.push(await follow(serving, '/ws?since=0'));
      await first.message((message) => isComplete(message) || first.messages.length > seen + 50);
    }
    expect(clients.length).toBeGreaterThan(5);
    for (const client of clients) {
      await client.message(isComplete);
      expect(numbers(client.messages)).toEqual(upToNumber(3_000));
    }
  });

  it('a server that is killed ten times costs a client that goes on by its cursor nothing', async () => {
    const home = freshHome();
    const wrapped = wrapCounting(home, 8_000, 10);
    const got: Message[] = [];
    let cursor = 0;
    for (let round = 0; round < 10; round += 1) {
      const serving = await serveIn(home);
      const client = await follow(serving, `/ws?since=${cursor}`);
      await client.message((message) => isComplete(message) || client.messages.length > 20 + round * 40);
      serving.process.kill('SIGKILL');
      expect((await client.closed).code).toBe(1006);
      got.push(...client.messages);
      cursor = client.messages.at(-1)?.cursor ?? 0;
      await serving.ended;
    }
    const last = await follow(await serveIn(home), `/ws?since=${cursor}`);
    await wrapped;
    if (!got.some(isComplete)) await last.message(isComplete);
    expect(numbers([...got, ...last.messages])).toEqual(upToNumber(8_000));
  }, 60_000);

  const noProc = process.platform === 'linux' ? undefined : 'there is no /proc to look into';

  it.skipIf(noProc)(
    'a thousand who come and go leave nothing behind',
    async () => {
      const home = freshHome();
      const serving = await serveIn(withLittleHeap(home));
      void wrapCounting(home, 5_000, 10);
      const comeAndGo = async (count: number) => {
        for (let done = 0; done < count; done += 20) {
          await Promise.all([...Array(20).keys()].map((each) => visit(serving, each)));
          // Those who left without a word keep their places until the server has noticed.
          while ((await subscribersOf(serving)) > 40);
        }
      };
      // What is made once is made by then, and what the collector lets lie.
      await comeAndGo(1_000);
      const before = used(serving);
      await comeAndGo(1_000);
      // The last of them may still be on their way out.
      while (used(serving).descriptors > before.descriptors + 3) await ask(serving, '/api/health');
      expect(await subscribersOf(serving)).toBe(0);
      expect(used(serving).residentKb - before.residentKb).toBeLessThan(30 * 1024);
    },
    60_000,
  );

  it.skipIf(noProc)('one who is stopped costs less than 50 MB, and the others nothing', async () => {
    const home = freshHome();
    const serving = await serveIn(withLittleHeap(home));
    const other = await follow(serving, '/ws?since=0');
    const store = valueOf(openStore(home.paths));
    const originalLine = 'x'.repeat(60_000);
    /** 60 MB go by. */
    const load = async (name: string) => {
      for (let batch = 0; batch < 10; batch += 1) {
        const events = [...Array(100).keys()].map(() => sampleEvent({ matchedValue: name, originalLine }));
        addEvents(store, sampleSession(), events);
      }
      addEvents(store, sampleSession(), [sampleEvent({ matchedValue: `end of ${name}` })]);
      await other.message((message) => message['matched_value'] === `end of ${name}`);
    };
    await load('warming up');
    const before = used(serving).residentKb;
    const slow = spawn(process.execPath, [tailClient], {
      env: home.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void slow.kill('SIGKILL'));
    await once(slow.stdout, 'data');
    slow.kill('SIGSTOP');
    await load('one');
    await load('two');
    expect(used(serving).residentKb - before).toBeLessThan(50 * 1024);
    slow.kill('SIGCONT');
    let printed = '';
    for await (const piece of slow.stdout.setEncoding('utf8')) {
      printed = (printed + String(piece)).slice(-1_000);
      if (printed.includes('end of two')) break;
    }
    store.close();
  });
});

/** Comes, looks and goes: politely, without a word, or with a request. */
async function subscribersOf(serving: Serving): Promise<number> {
  return ((await ask(serving, '/api/health')) as { subscribers: number }).subscribers;
}

async function visit(serving: Serving, how: number): Promise<void> {
  if (how % 4 === 0) await ask(serving, '/api/health');
  else if (how % 4 === 1) await streamOnce(serving);
  else {
    const client = await follow(serving, '/ws?since=0');
    if (how % 4 === 2) await client.close();
    else {
      client.socket.terminate();
      await client.closed;
    }
  }
}

function streamOnce({ host, token }: Serving): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const request = get(`http://${host}/api/stream?since=0`, { headers, agent: false }, (response) => {
      response.once('data', () => {
        request.destroy();
        resolve();
      });
      response.on('error', () => undefined);
    });
    request.on('error', reject);
  });
}

async function ask({ host, token }: Serving, path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, connection: 'close' };
  return (await fetch(`http://${host}${path}`, { headers })).json();
}

function used({ pid }: Serving): { descriptors: number; residentKb: number } {
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return { descriptors: readdirSync(`/proc/${pid}/fd`).length, residentKb: Number(resident) };
}

it('a client of no library of ours follows with its own words', async () => {
  const serving = await serveIn(freshHome());
  const socket = new WebSocket(`ws://${serving.host}/ws`, ['ridealong', `ridealong.token.${serving.token}`]);
  await clientOf(socket).message(({ type }) => type === 'connected');
  expect(socket.protocol).toBe('ridealong');
});

/** Garbage that the collector lets lie, more or less of it on each machine, would hide what is kept. */
function withLittleHeap(home: Home): Home {
  return {
    ...home,
    environment: { ...home.environment, NODE_OPTIONS: '--max-old-space-size=32 --max-semi-space-size=1' },
  };
}
