// What a passenger costs in time: from a child's write until the reader of our output has it, at 20 MB/s, against `cat`
// in our place; from a key until its echo, against `script -q`; and from a write until a client of the feed has it,
// against `ws` alone. Needs a quiet machine: it measures waiting, not work.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../harness/bundle.mjs';
import { corpusFile } from '../harness/corpus.mjs';
import { echoLatency } from '../harness/echo-latency.mjs';
import { bareFeedLatency, feedLatency } from '../harness/feed-latency.mjs';
import { interleave } from '../harness/interleave.mjs';
import { pipeLatency } from '../harness/pipe-latency.mjs';
import { freshEnvironment, inShell, programNamed, ridealong, root, workFolder } from '../harness/processes.mjs';
import { percentile } from '../harness/statistics.mjs';
import { isSmoke, missing, rounds, tell } from '../harness/trial.mjs';

const unit = 'ms';
const folder = workFolder('latency', 2e9);

const many = isSmoke ? 2 : 10;
await inPipe('one wrapper', { writers: 1, startMs: isSmoke ? 500 : 1_000 });
await inPipe(`${many} wrappers together`, { writers: many, startMs: isSmoke ? 500 : 1_500 });
await onTerminal();
await toClient();

/** Each sample is a percentile of one round. A pipe without anything between takes time, too: that is no added one. */
async function inPipe(who, options) {
  const corpus = corpusFile(folder, { bytes: 8 << 20, matchShare: 0.01 });
  const countedMs = isSmoke ? 300 : 1_000;
  const through = async (hop) => spread(await pipeLatency(folder, hop, { ...options, corpus, countedMs }));
  const { ours, theirs, nothing } = await interleave(
    { ours: () => through('ridealong'), theirs: () => through('cat'), nothing: () => through('nothing') },
    rounds,
  );
  // On a machine that is not quiet, less than nothing may be left: a microsecond then, so that no ratio looks good by it.
  const added = (samples) => samples.map(({ p50 }, round) => Math.max(0.001, p50 - nothing[round].p50));
  const what = `20 MB/s through a pipe, by ${who}`;
  const p50 = { samples: added(ours), baseline: { name: 'cat', samples: added(theirs) } };
  tell({ what: `added to ${what}, p50`, unit, ...p50, target: { ratioAtMost: 3 } });
  tell({ what: `${what}, p99`, unit, ...side('p99', ours, 'cat', theirs), target: { atMost: 1 } });
}

async function onTerminal() {
  const what = 'from a key until its echo';
  if (programNamed('script') === undefined) return tell({ what, skipped: missing('script') });
  const code = mkdtempSync(join(root, 'dist.bench-'));
  try {
    const { posix } = await import(
      pathToFileURL(await bundle(code, 'posix', "export { posix } from './src/child/posix.ts'")).href
    );
    const env = freshEnvironment(folder);
    const keys = isSmoke ? 20 : 200;
    const echoes = async (wrapping) => spread(await echoLatency(posix, wrapping, { env, keys }));
    const { ours, theirs } = await interleave(
      {
        ours: () => echoes((agent) => [process.execPath, ridealong, '--', ...agent]),
        theirs: () => echoes((agent) => ['script', '-q', '-c', inShell(agent), join(folder, 'typescript')]),
      },
      rounds,
    );
    tell({ what: `${what}, p50`, unit, ...side('p50', ours, 'script -q', theirs) });
    tell({ what: `${what}, p99`, unit, ...side('p99', ours, 'script -q', theirs), target: { ratioAtMost: 1.2 } });
  } finally {
    rmSync(code, { recursive: true });
  }
}

/** A session's first second is told by itself: the follower starts then. */
async function toClient() {
  const startMs = isSmoke ? 500 : 1_000;
  const lastsMs = isSmoke ? 800 : 2_500;
  const of = (lines) => ({
    atStart: spread(lines.filter(({ writtenMs }) => writtenMs <= startMs).map(({ ms }) => ms)),
    later: spread(lines.filter(({ writtenMs }) => writtenMs > startMs).map(({ ms }) => ms)),
  });
  const { byWrapper, byServe, bare } = await interleave(
    {
      byWrapper: async () => of(await feedLatency(folder, ['--', 'sleep', '1000'], lastsMs)),
      byServe: async () => of(await feedLatency(folder, ['serve'], lastsMs)),
      bare: async () => of(await bareFeedLatency(lastsMs)),
    },
    rounds,
  );
  const told = (what, when, ours, target) => {
    const [mine, theirs] = [ours, bare].map((samples) => samples.map((sample) => sample[when]));
    for (const share of ['p50', 'p99']) {
      tell({ what: `${what}, ${share}`, unit, ...side(share, mine, 'ws', theirs), target: target[share] });
    }
  };
  const target = { p50: { atMost: 5 }, p99: { atMost: 20 } };
  told('from a write to a client, idle, of a wrapper', 'later', byWrapper, target);
  told('from a write to a client, idle, of `ridealong serve`', 'later', byServe, target);
  told(`from a write to a client, in a session’s first ${startMs / 1000} s`, 'atStart', byServe, {});
}

function spread(waits) {
  if (waits.length === 0) throw new Error('nothing came through');
  return { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) };
}

function side(share, ours, name, theirs) {
  const of = (samples) => samples.map((sample) => sample[share]);
  return { samples: of(ours), baseline: { name, samples: of(theirs) } };
}
