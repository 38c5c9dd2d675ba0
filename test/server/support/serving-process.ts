import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Paths, pathsFrom } from '../../../src/domain/config.ts';
import { freshEnvironment, startRidealong } from '../../support/ridealong.ts';

export interface Home {
  readonly environment: NodeJS.ProcessEnv;
  readonly paths: Paths;
}

/** Where no Ridealong has run yet. */
export function freshHome(): Home {
  const environment = freshEnvironment();
  mkdirSync(environment['XDG_RUNTIME_DIR'] ?? '', { mode: 0o700 });
  return { environment, paths: pathsFrom(environment, '/nowhere') };
}

export interface Serving {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly host: string;
  readonly token: string;
  /** What it printed when it was ready. */
  readonly said: string;
  /** Its exit code or signal. */
  readonly ended: Promise<number | string | null>;
}

/** `ridealong serve`, ready to answer; killed with the test if it still runs then. */
export async function serveIn({ environment, paths }: Home): Promise<Serving> {
  const child = startRidealong(['serve', '--port', '18151'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string | null);
  const output = child.stdout;
  if (output === null || child.pid === undefined) throw new Error('it did not start');
  const [said] = (await Promise.race([
    once(output, 'data'),
    ended.then((code) => Promise.reject(new Error(`it ended with ${code}`))),
  ])) as [Buffer];
  const { port, token } = JSON.parse(readFileSync(join(paths.runtime, 'serve.json'), 'utf8')) as {
    port: number;
    token: string;
  };
  return { process: child, pid: child.pid, host: `127.0.0.1:${port}`, token, said: said.toString(), ended };
}

const countingAgent = fileURLToPath(new URL('../programs/counting-agent.mjs', import.meta.url));

/** Wraps an agent that prints so many numbered errors, ten every few milliseconds. @returns its end */
export function wrapCounting({ environment }: Home, last: number, everyMs: number): Promise<unknown> {
  const words = [process.execPath, countingAgent, String(last), String(everyMs)];
  const child = startRidealong(words, { env: environment, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return once(child, 'close');
}
