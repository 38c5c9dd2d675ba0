import type { Failure } from './failure.ts';
import { printableLine } from './printable.ts';
import type { Result } from './result.ts';
import type { NamedLease, ProcessIdentity } from './session.ts';

/** What others are told of who holds a lease, and what tells whether that wrapper still runs. */
export interface LeaseClaim {
  readonly sessionId: string;
  readonly agent: string;
  readonly workingDirectory: string;
  readonly host: string;
  readonly process: ProcessIdentity;
  /** Which start of the machine {@link LeaseHolder.expiresMs} and the process's own start count from. */
  readonly bootId: string;
}

export interface LeaseHolder extends LeaseClaim {
  /** UTC, ISO 8601 with milliseconds; for people. */
  readonly takenAt: string;
  /** Milliseconds since the machine was started, which no change of its clock makes more or less. */
  readonly expiresMs: number;
}

/** Who holds which name. Each call is one transaction, so that of many who try at once one gets it. */
export interface Leases {
  /** Takes the name until `expiresMs`, unless somebody holds it. */
  take(
    name: string,
    claim: LeaseClaim,
    expiresMs: number,
  ): Result<{ readonly taken: NamedLease } | { readonly heldBy: LeaseHolder }, Failure>;
  /** False when the lease is not this session's any more. */
  renew(lease: NamedLease, sessionId: string, expiresMs: number): Result<boolean, Failure>;
  /** Gives the name free; as with {@link renew}. */
  release(lease: NamedLease, sessionId: string): Result<boolean, Failure>;
  close(): void;
}

export const leaseNameRule = 'up to 64 letters, digits, ".", "_" and "-"';

export function isLeaseName(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(text);
}

/** @param until when it is free, should its holder do nothing */
export function leaseHeld(name: string, holder: LeaseHolder, until: Date, waitedMs: number): Failure {
  const hint = waitedMs > 0 ? `not had after ${waitedMs / 1000} s` : '--lease-wait 30s waits for it';
  return { reason: 'lease-held', message: `${whoHolds(name, holder, until)}; ${hint}` };
}

export function leaseWaiting(name: string, holder: LeaseHolder, until: Date): string {
  return `${whoHolds(name, holder, until)}; waiting for it`;
}

function whoHolds(
  name: string,
  { sessionId, agent, process, workingDirectory, takenAt }: LeaseHolder,
  until: Date,
): string {
  const holder = `session ${sessionId} (${agent}, process ${process.pid}, in ${printableLine(workingDirectory)})`;
  return `the lease ${name} is held by ${holder} since ${takenAt}, until ${until.toISOString()} if it is not renewed`;
}

export function leaseLost(name: string): Failure {
  return {
    reason: 'lease-lost',
    message:
      `the lease ${name} was lost, because it was not renewed in time; ` +
      'from then on the output was recorded only, and becomes events after the end',
  };
}
