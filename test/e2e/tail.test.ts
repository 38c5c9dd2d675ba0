import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freshHome, serveIn } from '../server/support/serving-process.ts';
import { askOwn, echoingAgent, wrap as wrapIn } from '../server/support/wrappers.ts';
import { freshEnvironment, runRidealong, startRidealong } from '../support/ridealong.ts';

let env: NodeJS.ProcessEnv;
const wrap = (script: string) => runRidealong(['sh', '-c', script], { env });

beforeEach(() => {
  env = freshEnvironment();
});

describe('ridealong tail --follow', () => {
  it('begins before there is a database, prints sessions as they run, and ends without a word at Ctrl-C', async () => {
    const tail = startRidealong(['tail', '--follow', '--json', '--since', '0'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (tail.stdout === null || tail.stderr === null) throw new Error('it has no output');
    let complaints = '';
    tail.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    const lines = createInterface({ input: tail.stdout });

    const wrapped = wrap('echo "Error: one"; exit 3');
    const types: string[] = [];
    for await (const line of lines) {
      const { type } = JSON.parse(line) as { type: string };
      types.push(type);
      if (type === 'complete') tail.kill('SIGINT');
    }
    const ended = tail.exitCode === null && tail.signalCode === null ? once(tail, 'close') : undefined;
    await Promise.all([wrapped, ended]);
    expect(types[0]).toBe('state');
    expect(types).toContain('extraction');
    expect(types.filter((type) => type === 'complete')).toHaveLength(1);
    expect({ signal: tail.signalCode, complaints }).toEqual({ signal: 'SIGINT', complaints: '' });
  });

  it('ends without a word when nobody reads any more', async () => {
    await wrap('echo "Error: two"');
    const tail = startRidealong(['tail', '-f', '--since', '0'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let complaints = '';
    tail.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    if (tail.stdout !== null) await once(tail.stdout, 'data');
    tail.stdout?.destroy();
    const ended = once(tail, 'close');
    await wrap('echo "Error: three"');
    expect(await ended).toEqual([0, null]);
    expect(complaints).toBe('');
  });

  it('goes on through servers that come, end and are killed, and without any, each event once', async () => {
    const home = freshHome();
    const agent = wrapIn(home, echoingAgent, ['--no-serve']);
    const tail = startRidealong(['tail', '--follow', '--json', '--kinds', 'extraction', '--since', '0'], {
      env: home.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void tail.kill('SIGKILL'));
    if (tail.stdout === null) throw new Error('it has no output');
    const lines = createInterface({ input: tail.stdout })[Symbol.asyncIterator]();
    let number = 0;
    const says = async () => {
      number += 1;
      agent.process.stdin?.write(`number ${number}\n`);
      const next = (await lines.next()) as { readonly value: string };
      expect(JSON.parse(next.value)).toMatchObject({
        type: 'extraction',
        matched_value: `error: number ${number}`,
      });
    };
    await says();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const serving = await serveIn(home);
      // From now on it is told by the server.
      while (((await askOwn(home, '/api/health')) as { subscribers: number }).subscribers === 0);
      await says();
      serving.process.kill(signal);
      await serving.ended;
      await says();
    }
  });

  it('prints lines as they come, where a server tells them', async () => {
    const home = freshHome();
    const tail = startRidealong(['tail', '-f', '--kinds', 'log'], {
      env: home.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void tail.kill('SIGKILL'));
    if (tail.stdout === null || tail.stderr === null) throw new Error('it has no output');
    const [complaint] = (await once(tail.stderr, 'data')) as [Buffer];
    expect(complaint.toString()).toBe('ridealong: lines are told by a server only; none runs now, it is waited for\n');
    await serveIn(home);
    while (((await askOwn(home, '/api/health')) as { subscribers: number }).subscribers === 0);
    const agent = wrapIn(home, echoingAgent);
    agent.process.stdin?.write('\u001b[31mred\u001b[0m\n');
    for await (const line of createInterface({ input: tail.stdout })) {
      expect(line).toMatch(/ {2}node {6}[0-9A-Z]{10} {2}stdout {20}error: red$/);
      break;
    }
  });
});
