import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ridealong } from './processes.mjs';

/**
 * Starts Ridealong with these words, and waits until it serves.
 *
 * @returns where it serves, the token, and what ends it
 */
export async function serving(words, environment) {
  const child = spawn(process.execPath, [ridealong, ...words], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const serveFile = join(environment.XDG_RUNTIME_DIR, 'ridealong', 'serve.json');
  while (!existsSync(serveFile)) {
    if (child.exitCode !== null) throw new Error(`ridealong ${words[0]} ended with ${child.exitCode}`);
    await sleep(10);
  }
  const { port, token } = JSON.parse(readFileSync(serveFile, 'utf8'));
  return { port, headers: { authorization: `Bearer ${token}` }, stop: () => stopped(child) };
}

/** Ends a process. */
export async function stopped(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
}
