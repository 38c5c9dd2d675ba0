import { spawn } from 'node:child_process';
import { usageOf } from './processes.mjs';

const betweenLooksMs = 50;

/**
 * Runs a command to its end.
 *
 * @returns how much memory its process had at most; how much it had in between, again and again; and its time in ms
 */
export function peakMemory(command, options) {
  const startMs = performance.now();
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'], ...options });
  const residentBytes = [];
  let peakBytes = 0;
  const look = () => {
    const usage = usageOf(child.pid);
    if (usage === undefined) return;
    residentBytes.push(usage.rssBytes);
    peakBytes = usage.peakBytes;
  };
  const timer = setInterval(look, betweenLooksMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(timer);
      if (code === 0) resolve({ peakBytes, residentBytes, ms: performance.now() - startMs });
      else reject(new Error(`${command.join(' ')} ended with ${signal ?? code}`));
    });
  });
}
