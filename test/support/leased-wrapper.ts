import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startRidealong } from './ridealong.ts';

/**
 * Ridealong around an agent that prints `error: <line>` for each line that it is sent, and ends with its input. At the
 * line `stop` it stops itself.
 */
export interface LeasedWrapper {
  readonly process: ChildProcess;
  /** Sends the agent a line, and waits for its answer. */
  say(line: string): Promise<void>;
  /** Waits until it has printed this, on either of its outputs. */
  printed(text: string): Promise<void>;
  /** Ends the agent's input, and waits until the wrapper has ended. */
  finish(): Promise<{ readonly code: number | null; readonly stderr: string }>;
}

const agent = `
  console.log('ready');
  require('readline').createInterface({ input: process.stdin }).on('line', (line) =>
    line === 'stop' ? process.kill(process.pid, 'SIGSTOP') : console.log('error: ' + line))`;

export function wrapLeased(env: NodeJS.ProcessEnv, options: readonly string[]): LeasedWrapper {
  const words = ['--no-serve', ...options, process.execPath, '-e', agent];
  const wrapper = startRidealong(words, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void wrapper.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  let look: () => void = () => undefined;
  for (const name of ['stdout', 'stderr'] as const) {
    wrapper[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      look();
    });
  }
  const closed = once(wrapper, 'close');
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      look = () => {
        if ((output.stdout + output.stderr).includes(text)) resolve();
      };
      look();
      void closed.then(() => reject(new Error(`it ended without ${text}: ${JSON.stringify(output)}`)));
    });
  return {
    process: wrapper,
    printed,
    async say(line) {
      wrapper.stdin?.write(`${line}\n`);
      await printed(`error: ${line}\n`);
    },
    async finish() {
      wrapper.stdin?.end();
      const [code] = (await closed) as [number | null];
      return { code, stderr: output.stderr };
    },
  };
}

/** Writes the user's config file. */
export function configure(env: NodeJS.ProcessEnv, yaml: string): void {
  const folder = join(env['XDG_CONFIG_HOME'] ?? '', 'ridealong');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.yaml'), yaml);
}
