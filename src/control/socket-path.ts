import { join } from 'node:path';
import type { Paths } from '../domain/config.ts';
import type { Refusal } from '../domain/control.ts';
import { fail, ok, type Result } from '../domain/result.ts';

/** Room for a path in a socket's address, without the byte that ends it (unix(7); macOS: `sys/un.h`). */
const longestPathBytes = process.platform === 'darwin' ? 103 : 107;

/** The folder of the sockets of all sessions that run. */
export const sessionSockets = ({ runtime }: Pick<Paths, 'runtime'>) => join(runtime, 'sessions');

/** Where a session's socket is; a longer path than an address can hold would be another one, cut off. */
export function sessionSocketPath(paths: Pick<Paths, 'runtime'>, sessionId: string): Result<string, Refusal> {
  const path = join(sessionSockets(paths), `${sessionId}.sock`);
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestPathBytes) return ok(path);
  const message =
    `the session's socket would be ${path}, whose ${bytes} bytes are more than the ${longestPathBytes} of a socket's ` +
    'address; set XDG_RUNTIME_DIR to a shorter folder before it is started';
  return fail({ code: 'unreachable', message });
}
