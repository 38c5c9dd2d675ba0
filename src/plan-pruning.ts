import type { DatabaseUse, PrunableSession, Pruning, Retention, RetentionLimits } from './domain/retention.ts';

const dayMs = 86_400_000;

export interface PruningChoice {
  readonly retention: Retention;
  readonly nowMs: number;
  /** Only sessions of this agent. */
  readonly agent?: string;
  /** Events are left alone, whatever their age. */
  readonly recordingsOnly?: boolean;
}

/**
 * What is to go so that the limits are kept: by age first; then, for each agent that has a size of its own and for
 * all together, recordings from the oldest on, and when none is left whole sessions from the oldest on.
 *
 * @param sessions the oldest first
 */
export function planPruning(sessions: readonly PrunableSession[], use: DatabaseUse, choice: PruningChoice): Pruning[] {
  const { retention, nowMs, recordingsOnly = false } = choice;
  const eventBytes = use.events === 0 ? 0 : use.bytes / use.events;
  const planned = new Map<PrunableSession, Pruning>();

  const limitsOf = (agent: string): RetentionLimits =>
    Object.hasOwn(retention.agents, agent) ? { ...retention, ...retention.agents[agent] } : retention;
  const bytesOf = (session: PrunableSession) => session.recordingBytes + session.events * eventBytes;
  const isChosen = ({ agent }: PrunableSession) => choice.agent === undefined || choice.agent === agent;

  /** What goes from now on with it, beyond what goes already. */
  function drop(session: PrunableSession, what: Pruning['what'], because: Pruning['because']): number {
    const before = planned.get(session);
    const bytes = Math.round(what === 'session' ? bytesOf(session) : session.recordingBytes);
    planned.set(session, { session, what, because, bytes });
    return bytes - (before?.bytes ?? 0);
  }

  function dropByAge(session: PrunableSession) {
    const { maxAgeDays, recordingsMaxAgeDays } = limitsOf(session.agent);
    const ageDays = (nowMs - session.keptSinceMs) / dayMs;
    if (ageDays > maxAgeDays && !recordingsOnly) drop(session, 'session', 'age');
    else if (session.hasRecording && ageDays > Math.min(maxAgeDays, recordingsMaxAgeDays)) {
      drop(session, 'recording', 'age');
    }
  }

  function dropBySize(among: readonly PrunableSession[], allBytes: number, maxBytes: number) {
    let left = among.reduce((bytes, session) => bytes - (planned.get(session)?.bytes ?? 0), allBytes);
    const chosen = among.filter(isChosen);
    for (const session of chosen) {
      if (left <= maxBytes) return;
      if (session.hasRecording && !planned.has(session)) left -= drop(session, 'recording', 'size');
    }
    if (recordingsOnly) return;
    for (const session of chosen) {
      if (left <= maxBytes) return;
      if (planned.get(session)?.what !== 'session') left -= drop(session, 'session', 'size');
    }
  }

  sessions.filter(isChosen).forEach(dropByAge);
  for (const [agent, { maxTotalBytes }] of Object.entries(retention.agents)) {
    if (maxTotalBytes === undefined) continue;
    const own = sessions.filter((session) => session.agent === agent);
    const ownBytes = own.reduce((sum, session) => sum + bytesOf(session), 0);
    dropBySize(own, ownBytes, maxTotalBytes);
  }
  const allBytes = sessions.reduce((sum, { recordingBytes }) => sum + recordingBytes, use.bytes);
  dropBySize(sessions, allBytes, retention.maxTotalBytes);
  return sessions.flatMap((session) => planned.get(session) ?? []);
}
