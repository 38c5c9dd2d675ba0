// What it costs to have an agent wrapped that is quiet: memory of all our processes, and processor time, at first and when
// V8 has compiled what it wants to, and has cleaned up after the start, twice, which is over after some twenty seconds.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshEnvironment, processorMsOf, ridealong, usageOf, workFolder } from '../harness/processes.mjs';
import { isSmoke, rounds, tell } from '../harness/trial.mjs';

const settleMs = isSmoke ? 500 : 30_000;
const watchMs = isSmoke ? 500 : 10_000;
const folder = workFolder('rest');

if (processorMsOf(process.pid) === undefined)
  tell({ what: 'a quiet agent', skipped: 'the kernel counts no time of threads' });
else {
  // Side by side, each with a home and so a server of its own: they are quiet.
  const wrapped = await Promise.all(Array.from({ length: rounds }, watchOne));
  const of = (field) => wrapped.map((sample) => sample[field]);
  tell({ what: 'memory with a quiet agent', unit: 'MB', samples: of('megabytes'), target: { atMost: 90 } });
  tell({
    what: `processor time of the first ${settleMs / 1000} s with a quiet agent`,
    unit: 'ms',
    samples: of('firstMs'),
  });
  const what = 'processor time with a quiet agent, from then on';
  tell({ what, unit: '% of a core', samples: of('percent'), target: { atMost: 0.2 } });
}

async function watchOne() {
  const env = freshEnvironment(folder);
  const child = spawn(process.execPath, [ridealong, '--', 'sh', '-c', 'echo "error: hello"; exec cat'], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  await sleep(settleMs);
  const pids = [child.pid, ...ours(child.pid)];
  const sum = (of) => pids.reduce((total, pid) => total + of(pid), 0);
  const firstMs = sum(processorMsOf);
  await sleep(watchMs);
  const laterMs = sum(processorMsOf) - firstMs;
  const megabytes = sum((pid) => usageOf(pid).rssBytes) / 1e6;
  child.stdin.end();
  await new Promise((resolve) => child.once('exit', resolve));
  return { megabytes, firstMs, percent: (100 * laterMs) / watchMs };
}

/** The processes that the wrapper has started to watch over the command, but not the command. */
function ours(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.map(Number);
}
