import type { Failure } from '../domain/failure.ts';

/** How a person names a session: `@N` counts from the newest, anything else begins its id. */
export type SessionReference =
  | { readonly kind: 'newest'; readonly position: number }
  | { readonly kind: 'prefix'; readonly prefix: string };

export function parseSessionReference(reference: string): SessionReference {
  if (/^@last$/i.test(reference)) return { kind: 'newest', position: 1 };
  const position = /^@(\d{1,9})$/.exec(reference)?.[1];
  return position === undefined
    ? { kind: 'prefix', prefix: reference }
    : { kind: 'newest', position: Number(position) };
}

export function sessionNotFound(reference: string): Failure {
  return {
    reason: 'session-not-found',
    message: `no session matches '${printable(reference)}'; \`ridealong sessions\` lists them`,
  };
}

export function sessionAmbiguous(reference: string, count: number, candidates: readonly string[]): Failure {
  const more = count > candidates.length ? ', …' : '';
  return {
    reason: 'session-ambiguous',
    message: `${count} sessions match '${printable(reference)}': ${candidates.join(', ')}${more}; give more of the id`,
  };
}

/** A reference as it may stand in a line for a person. */
function printable(reference: string): string {
  const shown = reference.replaceAll(/\p{C}/gu, '?');
  return shown.length > 64 ? `${shown.slice(0, 64)}…` : shown;
}
