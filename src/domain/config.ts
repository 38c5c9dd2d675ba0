import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ControlLevel } from './control.ts';
import { defaultGuard, type GuardSettings, type StorageMode } from './mode.ts';
import { defaultRetention, type Retention } from './retention.ts';
import type { StateThresholds, VerdictName } from './state.ts';

/** Where things are kept, by the XDG base directory specification 0.8. */
export interface Paths {
  readonly data: string;
  readonly database: string;
  /** The index of full texts: derived from the database and the recordings, and made anew where it is not there. */
  readonly searchIndex: string;
  /** One folder per session, named by its id. */
  readonly recordings: string;
  readonly userPacks: string;
  readonly projectPacks: string;
  /** The user's settings; most users have none. */
  readonly config: string;
  /** Where a running server is found: its socket, its port and its token. */
  readonly runtime: string;
}

/** The paths for this environment and working directory. Relative XDG values are ignored, as the specification asks. */
export function pathsFrom(environment: Readonly<Record<string, string | undefined>>, workingDirectory: string): Paths {
  const home = environment['HOME'] ?? homedir();
  const xdg = (name: string, fallback: string) => {
    const value = environment[name];
    return value?.startsWith('/') === true ? value : join(home, fallback);
  };
  const data = join(xdg('XDG_DATA_HOME', '.local/share'), 'ridealong');
  const config = join(xdg('XDG_CONFIG_HOME', '.config'), 'ridealong');
  const runtimeFolder = environment['XDG_RUNTIME_DIR'];
  return {
    data,
    database: join(data, 'ridealong.db'),
    searchIndex: join(data, 'search.db'),
    recordings: join(data, 'recordings'),
    userPacks: join(config, 'patterns'),
    projectPacks: join(workingDirectory, '.ridealong', 'patterns'),
    config: join(config, 'config.yaml'),
    runtime: runtimeFolder?.startsWith('/') === true ? join(runtimeFolder, 'ridealong') : join(data, 'run'),
  };
}

/** Bounds and times. Each is explained where it is used. */
export const limits = {
  /** A longer line is cut and goes on as the next one. */
  maxLineBytes: 64 * 1024,
  /** Bytes on their way to the recording before the child has to wait. */
  maxInFlightBytes: 16 * 1024 * 1024,
  /**
   * How long the child waits for a disk that does not answer, before its output passes unrecorded; and how long the
   * recording may take after its end. A shorter time without a sign of the follower does not tell that it is the disk:
   * on a busy machine the follower takes seconds to have its turn.
   */
  stallLimitMs: 10_000,
  /** Recorded bytes kept in memory for scanning; beyond, they are read back from disk. */
  maxUnscannedBytes: 8 * 1024 * 1024,
  /** Events are committed at the latest after this time. */
  flushIntervalMs: 50,
  /** A batch is committed when it holds this many events. */
  maxBatchEvents: 1000,
  /** A pattern may spend this much on one session before it is judged by what it takes per line. */
  patternBudgetMs: 250,
  /** The wait for output and extraction after the child's end. */
  drainTimeoutMs: 2000,
  /** How much longer a wrapper may run on behind its child's end to delete what is too old. */
  pruneAtEndMs: 100,
} as const;

/** What is masked. Tokens of known formats, private keys and values that are called a secret always are, if anything is. */
export interface RedactionSettings {
  readonly enabled: boolean;
  /** Values that are left alone, and regexes of such, written `/…/`. */
  readonly allow: readonly string[];
  readonly email: boolean;
  readonly phone: boolean;
  /** Street addresses. */
  readonly street: boolean;
}

/** What the config file may set. */
export interface Settings extends StateThresholds {
  readonly redaction: RedactionSettings;
  /** The wrapper exits 70 after one of these, when the child itself exited 0. */
  readonly failOn: readonly VerdictName[];
  /** A child that has been hung or stalled for so long is killed; never where absent. */
  readonly killAfterMs?: number;
  readonly serve: ServeSettings;
  /** What may be done to sessions from elsewhere. */
  readonly control: ControlLevel;
  readonly retention: Retention;
  /** What one recording may take; of a larger one the middle is dropped. `Infinity` where there is no limit. */
  readonly maxRecordingBytes: number;
  readonly leases: LeaseSettings;
  readonly storage: GuardSettings;
}

export interface LeaseSettings {
  /** How long a lease lives that its holder does not renew. */
  readonly ttlMs: number;
  /** The first that fits a wrapped command is taken for it. */
  readonly take: readonly LeaseRule[];
}

/** Which commands run under a lease without being told so. */
export interface LeaseRule {
  readonly name: string;
  /** Every agent where absent. */
  readonly agent?: string;
  /** Absolute: there and below; everywhere where absent. */
  readonly directory?: string;
}

/** Of the server in wrappers; the port is that of `ridealong serve`, too. */
export interface ServeSettings {
  /** True unless the user says otherwise; only who has said so is told when it does not work. */
  readonly enabled?: boolean;
  /** {@link defaultPort} when absent. */
  readonly port?: number;
}

/** On 127.0.0.1; the next free one is taken. */
export const defaultPort = 8151;

export const defaultSettings: Settings = {
  idleAfterMs: 3_000,
  attentionAfterMs: 1_000,
  hungAfterMs: 30_000,
  stalledAfterMs: 300_000,
  failOn: [],
  serve: {},
  control: 'process',
  redaction: { enabled: true, allow: [], email: true, phone: true, street: false },
  retention: defaultRetention,
  maxRecordingBytes: 1024 * 1024 * 1024,
  leases: { ttlMs: 30_000, take: [] },
  storage: defaultGuard,
};

/** What the command line asks for when it wraps a command. */
export interface WrapOptions {
  readonly command: readonly [string, ...string[]];
  readonly agent: string;
  /** Whether the child gets a terminal of its own: by what our streams are, or as the user says. */
  readonly terminal: 'auto' | 'always' | 'never';
  readonly patternFiles: readonly string[];
  readonly drainTimeoutMs: number;
  /** Whether it may serve the user's programs while it runs; the config file may forbid it, too. */
  readonly mayServe: boolean;
  /** False to keep secrets as they are. */
  readonly redact?: boolean;
  /** As in {@link Settings}, which says where they are absent. */
  readonly failOn?: readonly VerdictName[];
  readonly killAfterMs?: number;
  readonly control?: ControlLevel;
  /** The lease to run under; the config file may name one where this is absent. */
  readonly lease?: string;
  /** How long to wait for a lease that somebody else holds. */
  readonly leaseWaitMs?: number;
  readonly storageMode?: StorageMode;
}

/** What the command line asks for when it records a stream that is not our child's. */
export type PipeOptions = Pick<
  WrapOptions,
  'agent' | 'patternFiles' | 'drainTimeoutMs' | 'mayServe' | 'redact' | 'storageMode'
>;
