import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { ProcessIdentity } from '../domain/session.ts';
import type { Tokens } from './access.ts';

/** What a running server tells its user's programs, in a file that they alone can read. */
export interface ServeFile {
  readonly process: ProcessIdentity;
  /** On 127.0.0.1. */
  readonly port: number;
  /**
   * To be sent to this port only, and only as a bearer token or WebSocket subprotocol. In the file `token` reads,
   * `approve_token` also answers prompts, `input_token` may do everything.
   */
  readonly tokens: Tokens;
}

/** Readers see the whole file or none. */
export function writeServeFile(path: string, { process, port, tokens }: ServeFile): Result<void, Failure> {
  const next = `${path}.${process.pid}`;
  const { pid, startTicks: start_ticks } = process;
  try {
    rmSync(next, { force: true });
    const { read: token, approve: approve_token, input: input_token } = tokens;
    const written = { pid, start_ticks, port, token, approve_token, input_token };
    writeFileSync(next, `${JSON.stringify(written)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(next, path);
    return ok(undefined);
  } catch (error) {
    rmSync(next, { force: true });
    return fail({ reason: 'runtime-unusable', message: `cannot write ${path}: ${(error as Error).message}` });
  }
}

/** Removes the file where it is still the one of these tokens. */
export function removeServeFile(path: string, { read: token }: Tokens): void {
  try {
    const written = JSON.parse(readFileSync(path, 'utf8')) as { token?: unknown };
    if (written.token === token) rmSync(path, { force: true });
  } catch {
    // It is gone, or nothing that we have written.
  }
}
