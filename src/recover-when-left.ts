import { hostname } from 'node:os';
import type { Paths } from './domain/config.ts';
import { noteDamage } from './note-damage.ts';
import { identify } from './recording/process-identity.ts';
import { type RecoveringThread, recoverInThread } from './recover-in-thread.ts';
import { readStorage } from './storage-mode.ts';
import { Current } from './store/current.ts';
import { openReader } from './store/open-reader.ts';

const lookIntervalMs = 5_000;
/** A database that was found to be damaged is left so long to the wrappers that run: they tell their users of it. */
const damagePatienceMs = 3_000;
/** So many sessions that run are looked at. */
const mostLookedAt = 1_000;

/**
 * Closes the sessions of wrappers that are killed while a server runs: who follows them learns of it. Whether they are
 * gone is looked for now and then, which costs a query and a signal to each; a thread is started for those that are.
 * So is it for a database that was found to be damaged, where no wrapper runs that mends it.
 *
 * @param complain is told once of each thing that the thread cannot recover
 */
export function recoverWhenLeft(paths: Paths, complain: (message: string) => void): { stop(): Promise<void> } {
  const reader = new Current(paths.database, openReader);
  /** What cannot be recovered is tried once. */
  const tried = new Set<string>();
  const told = new Set<string>();
  let recovering: RecoveringThread | undefined;

  function left(): string[] {
    const current = reader.get();
    const running = current.ok ? current.value.sessions({ active: true, limit: mostLookedAt }) : current;
    // Whoever writes has read long ago what leads to the last event, and need not meet what became of it since.
    const newest = current.ok ? current.value.events({ limit: 1 }) : current;
    if (!newest.ok) noteDamage(paths, newest.failure);
    if (!running.ok) {
      noteDamage(paths, running.failure);
      return [];
    }
    return running.value
      .filter(({ host, pid }) => host === hostname() && identify(pid) === undefined)
      .map(({ session_id }) => session_id);
  }

  function isLeftDamaged(): boolean {
    const { forced } = readStorage(paths);
    return forced?.isDamage === true && forced.untilMs + damagePatienceMs <= Date.now();
  }

  function complainOnce(message: string) {
    if (!told.has(message)) complain(message);
    told.add(message);
  }

  const timer = setInterval(() => {
    if (recovering !== undefined) return;
    const found = left().filter((id) => !tried.has(id));
    if (found.length === 0 && !isLeftDamaged()) return;
    for (const id of found) tried.add(id);
    recovering = recoverInThread(paths, complainOnce);
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
