import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import { fail, ok, type Result } from './domain/result.ts';
import { openSearch } from './open-search.ts';
import { recordingFolder } from './recording/folder.ts';
import type { AnswerMessage, Queries, QueryMessage, ScreenAnswer } from './server/queries.ts';
import { showScreen } from './show-screen.ts';
import { Current } from './store/current.ts';
import { openReader } from './store/open-reader.ts';

/*
 * The thread that answers the server's queries, one at a time, with a
 * connection of its own.
 */

if (parentPort) answerQueries(parentPort, workerData as Paths);

function answerQueries(port: MessagePort, paths: Paths): void {
  const current = new Current(paths.database, openReader);
  const search = openSearch(paths);
  const tell = (message: AnswerMessage) => port.postMessage(message);

  async function answer({ name, input }: QueryMessage): Promise<Result<unknown, Failure>> {
    if (name === 'search') return search.search(input as Parameters<Queries['search']>[0]);
    const reader = current.get();
    if (!reader.ok) return reader;
    const screen: Queries['screen'] = async ({ session, ms }) => {
      const found = reader.value.findSession(session);
      return found.ok ? screenOf(paths, found.value, ms) : found;
    };
    if (name === 'screen') return screen(input as Parameters<Queries['screen']>[0]);
    // What is sent is typed by `Ask`.
    const query = reader.value[name].bind(reader.value) as (input: unknown) => Result<unknown, Failure>;
    return query(input);
  }

  port.on('message', (message: QueryMessage) => {
    answer(message).then(
      (result) => tell({ id: message.id, result }),
      () => tell({ id: message.id }),
    );
  });
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
