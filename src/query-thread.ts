import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import type { SessionReader } from './domain/ports.ts';
import { fail, ok, type Result } from './domain/result.ts';
import { noteDamage } from './note-damage.ts';
import { openSearch } from './open-search.ts';
import { recordingFolder } from './recording/folder.ts';
import type { AnswerMessage, Queries, QueryMessage, ScreenAnswer } from './server/queries.ts';
import { showScreen } from './show-screen.ts';
import { Current } from './store/current.ts';
import { openReader } from './store/open-reader.ts';
import { openTimelineReader, type TimelineReader } from './store/timeline-reader.ts';
import { openTimeline } from './timeline.ts';

/*
 * The thread that answers the server's queries, one at a time, with a
 * connection of its own.
 */

if (parentPort) answerQueries(parentPort, workerData as Paths);

function answerQueries(port: MessagePort, paths: Paths): void {
  const current = new Current(paths.database, openReader);
  const search = openSearch(paths);
  const tell = (message: AnswerMessage) => port.postMessage(message);

  const timelines = new Current(paths.database, openTimelineReader);

  async function answer(message: QueryMessage): Promise<Result<unknown, Failure>> {
    const answered = await answerOf(message);
    // A search also reads its index, which is another file.
    if (!answered.ok && message.name !== 'search') noteDamage(paths, answered.failure);
    return answered;
  }

  async function answerOf({ name, input }: QueryMessage): Promise<Result<unknown, Failure>> {
    if (name === 'search') return search.search(input as Parameters<Queries['search']>[0]);
    const reader = current.get();
    if (!reader.ok) return reader;
    const entries = timelines.get();
    if (!entries.ok) return entries;
    const ofRecordings: Partial<Queries> = recordingQueries(paths, reader.value, entries.value);
    // What is sent is typed by `Ask`.
    const query = (ofRecordings[name] ?? reader.value[name as keyof SessionReader].bind(reader.value)) as AnyQuery;
    return query(input);
  }

  port.on('message', (message: QueryMessage) => {
    answer(message).then(
      (result) => tell({ id: message.id, result }),
      () => tell({ id: message.id }),
    );
  });
}

type AnyQuery = (input: unknown) => Result<unknown, Failure> | Promise<Result<unknown, Failure>>;

type RecordingQueries = Pick<Queries, 'screen' | 'replayHead' | 'replayPage' | 'replaySeek'>;

function recordingQueries(paths: Paths, reader: SessionReader, entries: TimelineReader): RecordingQueries {
  const timelineOf = (session: string) => {
    const row = reader.findSession(session);
    return row.ok ? ok(openTimeline(paths, row.value, entries)) : row;
  };
  return {
    async screen({ session, ms }) {
      const row = reader.findSession(session);
      return row.ok ? screenOf(paths, row.value, ms) : row;
    },
    replayHead(session) {
      const timeline = timelineOf(session);
      return timeline.ok ? ok(timeline.value.head) : timeline;
    },
    async replayPage({ session, place, kinds }) {
      const timeline = timelineOf(session);
      return timeline.ok ? timeline.value.page(place, kinds) : timeline;
    },
    async replaySeek({ session, target }) {
      const timeline = timelineOf(session);
      return timeline.ok ? timeline.value.seek(target) : timeline;
    },
  };
}

async function screenOf(
  paths: Paths,
  {
    session_id,
    mode,
    started_at,
    ended_at,
  }: { session_id: string; mode: string; started_at: string; ended_at: string | null },
  ms = Infinity,
): Promise<Result<ScreenAnswer, Failure>> {
  if (mode !== 'terminal') {
    return fail({ reason: 'usage', message: `session ${session_id} ran in a pipe: it has no screen` });
  }
  const lengthMs = (ended_at === null ? Date.now() : Date.parse(ended_at)) - Date.parse(started_at);
  const picture = await showScreen(
    recordingFolder(paths.recordings, session_id),
    ms < lengthMs ? ms * 1000 : undefined,
  );
  if (!picture.ok) return picture;
  const { columns, cursor, lines } = picture.value;
  return ok({ session_id, columns, rows: lines.length, cursor, lines });
}
