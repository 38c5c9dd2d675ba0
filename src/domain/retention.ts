/** How long and how much is kept; `Infinity` where there is no limit. */
export interface RetentionLimits {
  /** Since the session ended, or was imported. Then it goes, recording and events. */
  readonly maxAgeDays: number;
  /** Its recording may go before its events. */
  readonly recordingsMaxAgeDays: number;
  /** Recordings and database together. Beyond, recordings go first, the oldest before all others. */
  readonly maxTotalBytes: number;
}

export interface Retention extends RetentionLimits {
  /** What differs for an agent, by its name; `maxTotalBytes` is then the part of this agent. */
  readonly agents: Readonly<Record<string, Partial<RetentionLimits>>>;
}

export const defaultRetention: Retention = {
  maxAgeDays: 90,
  recordingsMaxAgeDays: Infinity,
  maxTotalBytes: 5_000_000_000,
  agents: {},
};

/** A session that has ended and is wholly extracted: what may be pruned. */
export interface PrunableSession {
  readonly sessionId: string;
  readonly agent: string;
  /** When it had ended, or was imported: milliseconds since the epoch. */
  readonly keptSinceMs: number;
  readonly events: number;
  /** What its recording takes on the disk. */
  readonly recordingBytes: number;
  /** False when it was pruned. */
  readonly hasRecording: boolean;
  readonly isPacked: boolean;
}

/** What the database's file holds, without what is free in it. */
export interface DatabaseUse {
  readonly bytes: number;
  readonly events: number;
}

/** One session, or only its recording, that is to be deleted. */
export interface Pruning {
  readonly session: PrunableSession;
  readonly what: 'session' | 'recording';
  readonly because: 'age' | 'size';
  /** What that frees, about: nobody knows exactly how much of the database is one session's. */
  readonly bytes: number;
}
