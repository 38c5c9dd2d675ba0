import type { Stream } from '../domain/chunk.ts';
import type { ByteSource } from './byte-source.ts';
import type { EndMarker } from './end-marker.ts';
import type { Monitor } from './monitor.ts';

/** A child that has been started, before anything was read from it. */
export interface Spawned {
  readonly monitor: Monitor;
  /** Our ends of what it writes to. What they take is loaded when they are asked for: the child may start before. */
  outputs(): Promise<readonly Output[]>;
  /** Gives the child's terminals the size of ours. */
  resize(): void;
  /** In terminal mode: the child's terminal, for input (master) and settings (slave). */
  readonly terminal?: { readonly master: number; readonly slave: number };
}

/** One output stream of the child, and our descriptor that it belongs to. */
export interface Output {
  readonly stream: Stream;
  readonly source: ByteSource;
  readonly target: number;
  readonly marker: EndMarker;
  /** Whether nobody can write to it any more when the child has ended. */
  readonly endsWithChild: boolean;
}

export interface SpawnRequest {
  readonly command: readonly [string, ...string[]];
  /** The child's environment, whole. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether each output is a terminal where ours is one, and a pipe where not; otherwise all are what the mode says. */
  readonly mirrorTerminals: boolean;
}
