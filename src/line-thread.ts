import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import type { LogLine } from './domain/log-line.ts';
import type { SessionRow } from './domain/rows.ts';
import { followLines, type LineFollower } from './follow-lines.ts';
import { loadConfig } from './load-config.ts';
import { recordingFolder } from './recording/folder.ts';
import { readSessionFile } from './recording/read-session-file.ts';
import { type FromLineThread, isWanted, type ToLineThread, type WantedLines } from './server/line-messages.ts';
import { createSessionRedaction } from './session-redaction.ts';
import { Current } from './store/current.ts';
import { openReader } from './store/open-reader.ts';

/*
 * The thread that follows the recordings of running sessions, for those who
 * want their lines: each recording once, however many want it.
 */

/** How often sessions that began or ended are looked for. */
const sessionsMs = 100;
/** How often recordings are looked at that have not grown. */
const linesMs = 20;
/** So many sessions at once; of more, the newest. */
const maxSessions = 64;
/** Of those that may have come and gone between two looks. */
const maxNewest = 20;
/** What a byte may take from being read to being recorded. */
const recordingLagMs = 250;
/** Told in one message, at least one line. */
const batchCharacters = 64 * 1024;

interface Followed {
  readonly lines: LineFollower;
  readonly startedAtMs: number;
  readonly row: { readonly session_id: string; readonly agent: string };
  hasEnded: boolean;
}

if (parentPort) tellLines(parentPort, workerData as Paths);

function tellLines(port: MessagePort, paths: Paths): void {
  const current = new Current(paths.database, openReader);
  const { settings } = loadConfig(paths.config);
  /** What is wanted, with the time from which on, by its JSON. */
  let wanted = new Map<string, { readonly what: WantedLines; readonly sinceMs: number }>();
  const followed = new Map<string, Followed>();
  /** Sessions that are followed no more, or cannot be. */
  const done = new Set<string>();
  let waiting: LogLine[] = [];
  let mayTell = true;
  let lookedAtMs = -Infinity;

  function want(list: readonly WantedLines[], fromMs: number) {
    wanted = new Map(
      list.map((what) => {
        const key = JSON.stringify(what);
        return [key, wanted.get(key) ?? { what, sinceMs: fromMs }];
      }),
    );
    for (const [id, { row, lines }] of followed) {
      if (sinceOf(row) !== undefined) continue;
      lines.close();
      followed.delete(id);
    }
    lookedAtMs = -Infinity;
  }

  function sinceOf(row: Followed['row']): number | undefined {
    const times = [...wanted.values()].filter(({ what }) => isWanted(what, row)).map(({ sinceMs }) => sinceMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  function lookForSessions() {
    if (performance.now() - lookedAtMs < sessionsMs) return;
    lookedAtMs = performance.now();
    const reader = current.get();
    const active = reader.ok ? reader.value.sessions({ active: true, limit: maxSessions }) : reader;
    const newest = reader.ok ? reader.value.sessions({ limit: maxNewest }) : reader;
    // What is wrong with the database is told to those who read the feed.
    if (!active.ok || !newest.ok) return;
    for (const row of [...active.value, ...newest.value]) begin(row);
    const running = new Set(active.value.map(({ session_id }) => session_id));
    for (const [id, each] of followed) each.hasEnded = !running.has(id);
  }

  function begin({ session_id, agent_name, started_at, ended_at }: SessionRow) {
    if (followed.has(session_id) || done.has(session_id) || followed.size >= maxSessions) return;
    const row = { session_id, agent: agent_name };
    const sinceMs = sinceOf(row);
    if (sinceMs === undefined || (ended_at !== null && Date.parse(ended_at) < sinceMs)) return;
    const folder = recordingFolder(paths.recordings, session_id);
    const session = readSessionFile(folder);
    if (!session.ok) {
      done.add(session_id);
      return;
    }
    const startedAtMs = Date.parse(started_at);
    const redaction = createSessionRedaction({
      session: session.value,
      settings: settings.redaction,
      environment: process.env,
      onRefusal: () => undefined,
    });
    const fromUs = Math.max(0, sinceMs - startedAtMs) * 1000;
    const lines = followLines(session.value, folder, fromUs, (text) => redaction.text(text));
    followed.set(session_id, { lines, startedAtMs, row, hasEnded: false });
  }

  /** True when something was recorded. */
  function read(): boolean {
    let isNews = false;
    for (const [id, { lines, startedAtMs, hasEnded }] of followed) {
      const found = lines.next((Date.now() - startedAtMs - recordingLagMs) * 1000);
      if (found !== undefined) {
        isNews = true;
        waiting.push(...found);
      } else if (hasEnded) {
        waiting.push(...lines.end());
        lines.close();
        followed.delete(id);
        done.add(id);
      }
    }
    return isNews;
  }

  function tell() {
    let count = 0;
    for (let characters = 0; count < waiting.length && characters < batchCharacters; count += 1) {
      characters += waiting[count]?.text.length ?? 0;
    }
    port.postMessage(waiting.slice(0, count) satisfies FromLineThread);
    waiting = waiting.slice(count);
    mayTell = false;
  }

  function work() {
    lookForSessions();
    const isNews = waiting.length === 0 && read();
    if (mayTell && waiting.length > 0) tell();
    setTimeout(work, isNews ? 0 : linesMs);
  }

  port.on('message', (message: ToLineThread) => {
    if (message.kind === 'want') want(message.wanted, message.fromMs);
    else {
      mayTell = true;
      if (waiting.length > 0) tell();
    }
  });
  work();
}
