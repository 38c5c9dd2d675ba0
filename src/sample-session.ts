import { hostname } from 'node:os';
import type { Batch } from './domain/batch.ts';
import type { Session } from './domain/session.ts';

/** A session that nobody ran, to try a store with. */
export function sampleSession(id: string, startedAt: string): Session {
  return {
    id,
    agent: 'sample',
    mode: 'pipe',
    streams: ['stdout'],
    command: ['sample', id],
    workingDirectory: '/',
    host: hostname(),
    process: { pid: process.pid, startTicks: 0 },
    startedAt,
    packs: [],
    patternFiles: [],
  };
}

/** So many events that tell whose they are, behind those of the batches before. */
export function sampleBatch(id: string, from: number, count: number): Batch {
  const events = Array.from({ length: count }, (_, index) => ({
    stream: 'stdout' as const,
    offset: from + index,
    endOffset: from + index + 1,
    lineNumber: from + index + 1,
    timeUs: (from + index + 1) * 1000,
    type: 'error' as const,
    pattern: `sample-${(from + index) % 10}`,
    risk: 'low' as const,
    autoConfirmable: false,
    matchedValue: `Error ${from + index} of ${id}`,
    originalLine: `file.ts:${from + index}: Error ${from + index} of ${id}, as a compiler would tell it`,
  }));
  return { events, from: { stdout: from, stderr: 0 }, to: { stdout: from + count, stderr: 0 }, lines: count };
}
