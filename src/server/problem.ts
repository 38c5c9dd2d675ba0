import type { Lease } from '../domain/control.ts';
import type { Failure } from '../domain/failure.ts';

/** What a request is answered with that cannot be served. */
export interface Problem {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 500 | 503;
  /** One word for programs. */
  readonly code: string;
  /** One line for a person. */
  readonly message: string;
  /** The parameter that is wrong. */
  readonly field?: string;
  /** Who types now, where that is why. */
  readonly lease?: Lease;
}

/** The one shape of errors on the wire. */
export const problemBody = ({ code, message, field, lease }: Problem) => ({
  error: { code, message, ...(field !== undefined && { field }), ...(lease && { lease }) },
});

/** A body that was said to be JSON. */
export const badJson: Problem = { status: 400, code: 'bad_json', message: 'the body is no JSON' };

export const notJson: Problem = {
  status: 415,
  code: 'unsupported_media_type',
  message: 'a body must be application/json',
};

/** Never tells more of a bug than that there is one. */
export const bug: Problem = { status: 500, code: 'internal', message: 'something went wrong in the server' };

export function problemOf({ reason, message }: Failure): Problem {
  const code = reason.replaceAll('-', '_');
  switch (reason) {
    case 'usage':
    case 'session-ambiguous':
      return { status: 400, code: 'bad_parameter', message };
    case 'cursor-ahead':
      return { status: 409, code, message };
    case 'session-not-found':
    case 'recording-unreadable':
      return { status: 404, code, message };
    case 'database-busy':
    case 'database-unreadable':
    case 'database-newer':
    case 'database-foreign':
      return { status: 503, code, message };
    case 'command-not-found':
    case 'command-not-executable':
    case 'lease-held':
    case 'lease-lost':
    case 'command-refused':
    case 'session-running':
    case 'pack-invalid':
    case 'recording-unwritable':
    case 'server-running':
    case 'runtime-unusable':
      return bug;
  }
}
