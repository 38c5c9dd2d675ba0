import { setTimeout as pause } from 'node:timers/promises';

/** Meanwhile somebody else looks at the sessions, and must not take it for dead. */
export default {
  name: 'stop-wrapper',
  what: 'SIGSTOP of the wrapper',
  share: 0.01,
  atOnce: 2,
  async inject(round) {
    const session = round.wrap();
    await round.acknowledged(1);
    await pause(round.random(200));
    session.kill('SIGSTOP');
    const { stdout } = await round.ridealong('sessions', '--json');
    if (JSON.parse(stdout)[0]?.ended_at !== null) round.break('a stopped wrapper was taken for a dead one');
    await pause(round.isLong ? 60_000 : 1500);
    session.kill('SIGCONT');
    await round.repaired();
    await round.end();
    return 'stopped';
  },
};
