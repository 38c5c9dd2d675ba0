import { hostname } from 'node:os';
import { basename, extname, resolve } from 'node:path';
import type { Session } from './domain/session.ts';
import { agentOfMessages } from './extract/agent-of-messages.ts';
import { importedSessionId } from './imported-session-id.ts';
import type { ForeignRecording } from './recording/foreign/foreign-recording.ts';
import type { SourceFile } from './recording/foreign/source-file.ts';
import { identify } from './recording/process-identity.ts';
import type { PacksOf } from './session-packs.ts';

/** What an imported session is called by, beyond what its file tells. */
export interface SessionNames {
  readonly packsOf: PacksOf;
  /** The agent's name; by what the file tells where absent. */
  readonly agent?: string;
  /** An agent's name for a program, by its path. */
  readonly agentNameOf: (program: string) => string;
  /** Where sessions are said to have run: no format that is read tells it. */
  readonly workingDirectory: string;
}

/** The session that a file becomes, without its packs and its end. */
export function importedSession(
  foreign: ForeignRecording,
  log: SourceFile,
  digest: string,
  names: SessionNames,
): Promise<Session> {
  return withAgent(newSession(foreign, log, digest, names), log, names);
}

function newSession(foreign: ForeignRecording, log: SourceFile, digest: string, options: SessionNames): Session {
  const startedAtMs = Math.floor(plausible(foreign.startedAtMs) ?? log.modifiedAtMs);
  const program = foreign.command?.trim().split(/\s+/)[0];
  const name = basename(log.path);
  return {
    id: importedSessionId(startedAtMs, digest),
    agent: options.agent ?? options.agentNameOf(program ?? name.slice(0, name.length - extname(name).length)),
    mode: foreign.isTerminal ? 'terminal' : 'stream',
    streams: ['stdout'],
    command: foreign.command === undefined ? [] : [foreign.command],
    workingDirectory: options.workingDirectory,
    host: hostname(),
    process: identify(process.pid) ?? { pid: process.pid, startTicks: 0 },
    startedAt: new Date(startedAtMs).toISOString(),
    ...(foreign.isTerminal && { terminalSize: foreign.size ?? { columns: 80, rows: 24 } }),
    packs: [],
    patternFiles: [],
    imported: { format: foreign.format, file: resolve(log.path), digest },
  };
}

/** Messages tell whose they are, whatever their file is called. */
async function withAgent(session: Session, log: SourceFile, { agent, packsOf }: SessionNames): Promise<Session> {
  if (agent !== undefined || session.imported?.format !== 'jsonl') return session;
  const { packs } = await packsOf(session);
  const recognised = agentOfMessages(packs, firstLines(log));
  return recognised === undefined ? session : { ...session, agent: recognised };
}

/** A transcript shows early whose it is. */
const linesSearched = 100;

function* firstLines(log: SourceFile): Generator<string> {
  for (const { number, bytes } of log.lines()) {
    if (number > linesSearched) return;
    yield bytes.toString();
  }
}

/** Ends have four digits in their years, too. */
const latestStartMs = Date.UTC(9_900, 0);

const plausible = (timeMs: number | undefined) =>
  timeMs !== undefined && timeMs >= 0 && timeMs < latestStartMs ? timeMs : undefined;
