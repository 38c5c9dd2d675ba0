import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './temporary-folder.ts';

/** The built program; `npm run build` makes it. */
export const program = fileURLToPath(new URL('../../dist/ridealong.js', import.meta.url));

/** An environment in which Ridealong keeps its data in a folder of its own. */
export function freshEnvironment(home = temporaryFolder()): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // Costs each start of Node some 36 ms, and nothing here speaks TLS.
    NODE_EXTRA_CA_CERTS: undefined,
    RIDEALONG_SESSION_ID: undefined,
    HOME: home,
    XDG_DATA_HOME: `${home}/data`,
    XDG_CONFIG_HOME: `${home}/config`,
    XDG_RUNTIME_DIR: `${home}/run`,
  };
}

export function startRidealong(words: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(process.execPath, [program, ...words], options);
}

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs it to its end, with nothing on stdin. */
export function runRidealong(words: readonly string[], options: SpawnOptions): Promise<Finished> {
  const child = startRidealong(words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ ...output, code, signal }));
  });
}
