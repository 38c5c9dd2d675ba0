import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const patienceMs = 30_000;

/** Who has the role: its `pid`, `port` and `token`; undefined while nobody has. */
export function servedIn({ environment }) {
  try {
    return JSON.parse(readFileSync(join(environment.XDG_RUNTIME_DIR, 'ridealong', 'serve.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Waits until it holds. @returns whether it came to that */
export async function comesTrue(condition) {
  for (let waitedMs = 0; !condition(); waitedMs += 20) {
    if (waitedMs > patienceMs) return false;
    await pause(20);
  }
  return true;
}
