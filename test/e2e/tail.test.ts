import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { beforeEach, describe, expect, it } from 'vitest';
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
});
