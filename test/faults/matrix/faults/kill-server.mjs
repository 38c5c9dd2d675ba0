import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const patienceMs = 30_000;

/** The process that has the role; undefined while nobody has. */
function serverIn({ environment }) {
  try {
    return JSON.parse(readFileSync(join(environment.XDG_RUNTIME_DIR, 'ridealong', 'serve.json'), 'utf8')).pid;
  } catch {
    return undefined;
  }
}

/** One of three wrappers serves the others' events, too; another one takes over. */
export default {
  name: 'kill-server',
  what: 'SIGKILL of the wrapper that serves',
  share: 0.1,
  atOnce: 2,
  async inject(round) {
    const sessions = Array.from({ length: 3 }, () => round.wrap());
    const one = () => sessions.find(({ pid }) => pid === serverIn(round.home));
    for (let waitedMs = 0; one() === undefined && waitedMs < patienceMs; waitedMs += 20) await pause(20);
    await pause(round.random(300));
    const server = one();
    if (server === undefined) throw new Error('nobody serves');
    round.expect(server, { isWhole: false });
    server.kill('SIGKILL');
    await server.ended;
    for (let waitedMs = 0; one() === undefined || one() === server; waitedMs += 20) {
      if (waitedMs > patienceMs) return round.break('nobody took over');
      await pause(20);
    }
    await round.end();
    return 'killed';
  },
};
