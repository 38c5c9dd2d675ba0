import type { LeaseHolder } from '../domain/named-lease.ts';
import type { ProcessIdentity } from '../domain/session.ts';

/** Where and when it is asked whether a lease is over. */
export interface Here {
  readonly host: string;
  readonly bootId: string;
  sinceBootMs(): number;
  isRunning(process: ProcessIdentity): boolean;
}

/**
 * Whether somebody holds a lease no more, though he did not give it back: he did not renew it, his process is gone, or
 * the machine was started again since. (That other machines share the database is not possible: SQLite's WAL is not
 * made for it.) Of processes on another host, which is a container of this machine, only their time tells.
 */
export function leaseIsOver(holder: LeaseHolder, here: Here): boolean {
  if (holder.bootId !== here.bootId || holder.expiresMs <= here.sinceBootMs()) return true;
  return holder.host === here.host && !here.isRunning(holder.process);
}
