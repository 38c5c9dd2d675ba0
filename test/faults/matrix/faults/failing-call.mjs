import { join } from 'node:path';
import { homeIn } from '../home.mjs';
import { noStrace, readTrace, straced } from '../strace.mjs';
import { wrap } from '../wrapped.mjs';

/** By call, how often a thread of a short session makes it: asked once. */
const counts = new Map();
/** Long enough for its recording to be put on the disk, with no more commits than that takes. */
const short = { last: 12, everyMs: 70 };

async function count(call, round) {
  const { environment, folder } = homeIn(join(round.folder, 'counting'));
  const log = join(folder, 'trace');
  await wrap({ ...short, environment, folder: join(folder, 'session'), launcher: straced(log, call) }).ended;
  return readTrace(log).mostCalls;
}

function countOf(call, round) {
  if (!counts.has(call)) counts.set(call, count(call, round));
  return counts.get(call);
}

/** There are some 265 calls of the first, 27 of the last, 2 of the other: in 2000 rounds each of them fails. */
const calls = [
  { call: 'pwrite64', share: 0.16 },
  { call: 'fdatasync', share: 0.005 },
  { call: 'fsync', share: 0.02 },
];
const kinds = calls.flatMap((call) => ['ENOSPC', 'EIO'].map((error) => ({ ...call, error })));

/** The N-th call fails: for each N in turn where there are as many rounds, some of them otherwise. */
export default kinds.map(({ call, share, error }) => ({
  name: `${call}-${error}`,
  what: `the N-th ${call} fails with ${error}`,
  share,
  atOnce: 3,
  whyNot: noStrace,
  async inject(round) {
    const most = await countOf(call, round);
    if (most === 0) return `${call} is never called`;
    const nth =
      1 + (round.ofRounds > most ? round.nth % most : Math.floor(((round.nth + 0.5) * most) / round.ofRounds));
    const log = join(round.folder, 'trace');
    await round.wrap({ ...short, launcher: straced(log, call, `error=${error}:when=${nth}`) }).ended;
    return readTrace(log).injected > 0 ? `call ${nth} of some ${most} failed` : `there was no call ${nth}`;
  },
}));
