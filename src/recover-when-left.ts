import { hostname } from 'node:os';
import type { Paths } from './domain/config.ts';
import { identify } from './recording/process-identity.ts';
import { type RecoveringThread, recoverInThread } from './recover-in-thread.ts';
import { Current } from './store/current.ts';
import { openReader } from './store/open-reader.ts';

const lookIntervalMs = 5_000;
/** So many sessions that run are looked at. */
const mostLookedAt = 1_000;

/**
 * Closes the sessions of wrappers that are killed while a server runs: who follows them learns of it. Whether they are
 * gone is looked for now and then, which costs a query and a signal to each; a thread is started for those that are.
 */
export function recoverWhenLeft(paths: Paths): { stop(): Promise<void> } {
  const reader = new Current(paths.database, openReader);
  /** What cannot be recovered is tried once. */
  const tried = new Set<string>();
  let recovering: RecoveringThread | undefined;

  function left(): string[] {
    const current = reader.get();
    const running = current.ok ? current.value.sessions({ active: true, limit: mostLookedAt }) : current;
    if (!running.ok) return [];
    return running.value
      .filter(({ host, pid }) => host === hostname() && identify(pid) === undefined)
      .map(({ session_id }) => session_id);
  }

  const timer = setInterval(() => {
    const found = recovering === undefined ? left().filter((id) => !tried.has(id)) : [];
    if (found.length === 0) return;
    for (const id of found) tried.add(id);
    recovering = recoverInThread(paths);
    void recovering.ended.then(() => (recovering = undefined));
  }, lookIntervalMs);

  return {
    async stop() {
      clearInterval(timer);
      await recovering?.end();
      reader.close();
    },
  };
}
