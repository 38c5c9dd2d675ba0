import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { streams } from '../domain/chunk.ts';
import type { Failure } from '../domain/failure.ts';
import { type Result, fail, ok } from '../domain/result.ts';
import { type Session, importFormats, sessionModes } from '../domain/session.ts';
import { type RecordingFolder, isSessionId } from './folder.ts';

const bytesPerStream = z.object({ stdout: z.number().int(), stderr: z.number().int() });

const ending = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exited'), code: z.number().int() }),
  z.object({ kind: z.literal('killed'), signal: z.number().int(), signalName: z.string() }),
  z.object({ kind: z.literal('not-started'), code: z.number().int(), message: z.string() }),
  z.object({ kind: z.literal('unseen'), reason: z.string().exactOptional() }),
  z.object({ kind: z.literal('untold') }),
]);

const session: z.ZodType<Session> = z.object({
  id: z.string().refine(isSessionId),
  agent: z.string(),
  mode: z.enum(sessionModes),
  streams: z.array(z.enum(streams)),
  command: z.array(z.string()),
  workingDirectory: z.string(),
  host: z.string(),
  process: z.object({ pid: z.number().int(), startTicks: z.number() }),
  parentSession: z.string().exactOptional(),
  git: z.object({ branch: z.string().exactOptional(), commit: z.string().exactOptional() }).exactOptional(),
  startedAt: z.iso.datetime(),
  terminalSize: z.object({ columns: z.number(), rows: z.number() }).exactOptional(),
  packs: z.array(z.object({ name: z.string(), version: z.string(), digest: z.string() })),
  patternFiles: z.array(z.string()),
  redacted: z.boolean().exactOptional(),
  lease: z.object({ name: z.string(), token: z.number().int() }).exactOptional(),
  imported: z.object({ format: z.enum(importFormats), file: z.string(), digest: z.string() }).exactOptional(),
  end: z
    .object({
      endedAt: z.iso.datetime(),
      ending,
      gapBytes: bytesPerStream,
      redactions: z.record(z.string(), z.number().int()).exactOptional(),
    })
    .exactOptional(),
});

/** Reads `session.json`, which a crash or a person may have damaged. */
export function readSessionFile(folder: RecordingFolder): Result<Session, Failure> {
  try {
    const parsed = session.safeParse(JSON.parse(readFileSync(folder.session, 'utf8')));
    if (parsed.success) return ok(parsed.data);
    return unreadable(folder, z.prettifyError(parsed.error).replaceAll('\n', ' '));
  } catch (error) {
    return unreadable(folder, error instanceof Error ? error.message : String(error));
  }
}

function unreadable(folder: RecordingFolder, why: string): Result<never, Failure> {
  return fail({ reason: 'recording-unreadable', message: `${folder.session}: ${why}` });
}
