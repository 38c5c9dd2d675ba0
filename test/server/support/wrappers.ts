import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { startRidealong } from '../../support/ridealong.ts';
import type { Home } from './serving-process.ts';

/** Ridealong around an agent of ours. */
export interface Wrapper {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Its exit code or signal. */
  readonly ended: Promise<number | string | null>;
}

/** Wraps `node -e script`; what it says on stderr is ours to see. */
export function wrap({ environment }: Home, script: string, options: readonly string[] = []): Wrapper {
  const words = [...options, process.execPath, '-e', script];
  const child = startRidealong(words, { env: environment, stdio: ['pipe', 'ignore', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('it did not start');
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string | null);
  return { process: child, pid: child.pid, ended };
}

/** An agent that prints `error: <line>` for each line it is sent, and ends with its input. */
export const echoingAgent = `
  require('readline').createInterface({ input: process.stdin }).on('line', (line) => console.log('error: ' + line))`;

export interface Served {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/** What serve.json says; undefined while there is none. */
export function servedIn({ paths }: Home): Served | undefined {
  try {
    const text = readFileSync(join(paths.runtime, 'serve.json'), 'utf8');
    const { pid, port, token } = JSON.parse(text) as { pid: number; port: number; token: string };
    return { pid, host: `127.0.0.1:${port}`, token };
  } catch {
    return undefined;
  }
}

/** Waits until somebody serves who passes. */
export async function servedBy(home: Home, passes: (served: Served) => boolean = () => true): Promise<Served> {
  for (;;) {
    const served = servedIn(home);
    if (served !== undefined && passes(served)) return served;
    await pause(5);
  }
}

/** Asks over the user's own socket; undefined where nobody answers. */
export function askOwn({ paths }: Home, path: string): Promise<unknown> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: join(paths.runtime, 'serve.sock'), path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve(JSON.parse(text)));
    });
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}
