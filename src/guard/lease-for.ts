import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseRule } from '../domain/config.ts';
import type { Session } from '../domain/session.ts';

/** The lease that the settings want for a wrapped command; the first rule that fits says. */
export function leaseFor(
  rules: readonly LeaseRule[],
  { agent, workingDirectory }: Pick<Session, 'agent' | 'workingDirectory'>,
): string | undefined {
  const fits = (rule: LeaseRule) =>
    (rule.agent === undefined || rule.agent === agent) &&
    (rule.directory === undefined || isWithin(rule.directory, workingDirectory));
  return rules.find(fits)?.name;
}

function isWithin(folder: string, path: string): boolean {
  return join(realPath(path), '/').startsWith(join(realPath(folder), '/'));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
