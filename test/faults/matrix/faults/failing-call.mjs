import { join } from 'node:path';
import { homeIn } from '../home.mjs';
import { noStrace, readTrace, straced } from '../strace.mjs';
import { wrap } from '../wrapped.mjs';

/** By call, how often a thread of a short session makes it: asked once. */
const counts = new Map();
/** Long enough for its recording to be put on the disk. */
const short = { last: 40, everyMs: 20 };

async function countOf(call, round) {
  if (!counts.has(call)) {
    const { environment, folder } = homeIn(join(round.folder, 'counting'));
    const log = join(folder, 'trace');
    await wrap({ ...short, environment, folder: join(folder, 'session'), launcher: straced(log, call) }).ended;
    counts.set(call, readTrace(log).mostCalls);
  }
  return counts.get(call);
}

const kinds = ['pwrite64', 'fdatasync', 'fsync'].flatMap((call) => ['ENOSPC', 'EIO'].map((error) => ({ call, error })));

/** The N-th call fails: for each N in turn where there are as many rounds, some of them otherwise. */
export default kinds.map(({ call, error }) => ({
  name: `${call}-${error}`,
  what: `the N-th ${call} fails with ${error}`,
  share: 0.1,
  whyNot: noStrace,
  async inject(round) {
    const count = await countOf(call, round);
    if (count === 0) return `${call} is never called`;
    const nth =
      1 + (round.ofRounds > count ? round.nth % count : Math.floor(((round.nth + 0.5) * count) / round.ofRounds));
    const log = join(round.folder, 'trace');
    await round.wrap({ ...short, launcher: straced(log, call, `error=${error}:when=${nth}`) }).ended;
    return readTrace(log).injected > 0 ? `call ${nth} of some ${count} failed` : `there was no call ${nth}`;
  },
}));
