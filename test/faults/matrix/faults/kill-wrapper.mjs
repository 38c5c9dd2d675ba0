import { setTimeout as pause } from 'node:timers/promises';

const loads = [
  { name: 'kill-wrapper', what: 'SIGKILL of the wrapper', lines: 4, everyMs: 4, mostMs: 1000, share: 0.15 },
  // It lags, and reads back from the recording.
  { name: 'kill-under-load', what: 'SIGKILL under heavy load', lines: 1000, everyMs: 2, mostMs: 500, share: 0.1 },
];

/** At a random moment; now and then two race for what it left behind. */
export default loads.map(({ name, what, share, mostMs, ...load }) => ({
  name,
  what,
  share,
  atOnce: 2,
  async inject(round) {
    const session = round.wrap({ isWhole: false, ...load });
    if (round.random(4) > 0) await round.acknowledged(1);
    await pause(round.random(mostMs));
    session.kill('SIGKILL');
    await session.ended;
    if (round.random(4) === 0) await Promise.all([round.ridealong('sessions'), round.ridealong('sessions')]);
    return 'killed';
  },
}));
