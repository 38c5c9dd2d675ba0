import { spawn } from 'node:child_process';
import { usageOf } from './processes.mjs';

const betweenLooksMs = 50;

/** Runs a command to its end. @returns how much memory its process had at most, and its time in ms */
export function peakMemory(command, options) {
  const startMs = performance.now();
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'], ...options });
  let peakBytes = 0;
  const look = () => {
    peakBytes = Math.max(peakBytes, usageOf(child.pid)?.peakBytes ?? 0);
  };
  const timer = setInterval(look, betweenLooksMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(timer);
      if (code === 0) resolve({ peakBytes, ms: performance.now() - startMs });
      else reject(new Error(`${command.join(' ')} ended with ${signal ?? code}`));
    });
  });
}
