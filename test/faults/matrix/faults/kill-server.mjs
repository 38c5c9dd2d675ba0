import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { ridealong } from '../../../../bench/harness/processes.mjs';
import { followFeed } from '../followed-feed.mjs';
import { readLedger } from '../ledger.mjs';
import { isEvent, outputOf } from '../output.mjs';
import { comesTrue, servedIn } from '../served.mjs';

/** One of three wrappers serves the others' events, too; another one takes over. */
const ofWrapper = {
  name: 'kill-server',
  what: 'SIGKILL of the wrapper that serves',
  share: 0.1,
  atOnce: 2,
  async inject(round) {
    const sessions = Array.from({ length: 3 }, () => round.wrap());
    const one = () => sessions.find(({ pid }) => pid === servedIn(round.home)?.pid);
    await comesTrue(() => one() !== undefined);
    await pause(round.random(300));
    const server = one();
    if (server === undefined) throw new Error('nobody serves');
    round.expect(server, { isWhole: false });
    server.kill('SIGKILL');
    await server.ended;
    if (!(await comesTrue(() => one() !== undefined && one() !== server))) return round.break('nobody took over');
    await round.end();
    return 'killed';
  },
};

/** It is killed while it starts, takes the role from the wrapper, or serves; the wrapper takes over; then another comes. */
const ofServe = {
  name: 'kill-serve',
  what: 'SIGKILL of ridealong serve',
  share: 0.1,
  atOnce: 2,
  async inject(round) {
    const session = round.wrap();
    await session.until(1);
    const client = followFeed(round.home);
    round.onEnd(client.stop);
    const killed = serve(round);
    await pause(round.random(1500));
    const hadRole = servedIn(round.home)?.pid === killed.pid;
    killed.kill('SIGKILL');
    if (!(await comesTrue(() => servedIn(round.home)?.pid === session.pid))) return round.break('nobody took over');
    serve(round);
    await round.end();
    if (await comesTrue(() => client.hasCome)) compare(round, client.lines, readLedger(session.folder));
    else round.break('a client of the feed was not told the end');
    return hadRole ? 'killed while it served' : 'killed before it served';
  },
};

function serve(round) {
  const child = spawn(process.execPath, [ridealong, 'serve'], { env: round.home.environment, stdio: 'ignore' });
  round.onEnd(() => child.kill('SIGKILL'));
  return child;
}

/** What a client was told of each stream, and in which order, with what the agent wrote there. */
function compare(round, told, { written }) {
  const expected = Object.entries(written).map(([stream, length]) => outputOf(stream, length).toString('latin1'));
  for (const text of expected) {
    const lines = text.split('\n').filter(isEvent);
    const [kind] = lines[0]?.split(' ') ?? [];
    const same = told.filter((line) => line.startsWith(`${kind} `));
    const at = lines.findIndex((line, nth) => same[nth] !== line);
    if (at !== -1) round.break(`a client of the feed was told ${same[at]} instead of ${lines[at]}`);
    if (same.length > lines.length)
      round.break(`a client of the feed was told ${same.length} events of ${lines.length}`);
  }
}

export default [ofWrapper, ofServe];
