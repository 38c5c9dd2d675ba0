// What it costs to have an agent wrapped that is quiet: memory of all our processes, and processor time.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshEnvironment, ridealong, usageOf, workFolder } from '../harness/processes.mjs';
import { isSmoke, rounds, tell } from '../harness/trial.mjs';

const settleMs = isSmoke ? 500 : 3_000;
const watchMs = isSmoke ? 500 : 10_000;

if (usageOf(process.pid) === undefined) tell({ what: 'a quiet agent', skipped: 'there is no /proc' });
else {
  const memory = [];
  const processor = [];
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    const env = freshEnvironment(workFolder('rest'));
    const child = spawn(process.execPath, [ridealong, '--', 'sh', '-c', 'echo "error: hello"; exec cat'], {
      env,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    await sleep(settleMs);
    const pids = [child.pid, ...ours(child.pid)];
    const before = pids.map(usageOf);
    await sleep(watchMs);
    const after = pids.map(usageOf);
    const sum = (usages, field) => usages.reduce((total, usage) => total + (usage?.[field] ?? 0), 0);
    memory.push(sum(after, 'rssBytes') / 1e6);
    processor.push((100 * (sum(after, 'processorMs') - sum(before, 'processorMs'))) / watchMs);
    child.stdin.end();
    await new Promise((resolve) => child.once('exit', resolve));
  }
  tell({ what: 'memory with a quiet agent', unit: 'MB', samples: memory, target: { atMost: 90 } });
  tell({ what: 'processor time with a quiet agent', unit: '% of a core', samples: processor, target: { atMost: 0.2 } });
}

/** The processes that the wrapper has started to watch over the command, but not the command. */
function ours(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.map(Number);
}
