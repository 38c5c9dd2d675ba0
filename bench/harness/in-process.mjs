import { fork } from 'node:child_process';

/**
 * Runs a trial in a process of its own.
 *
 * @returns what it told, and why it is broken, where it is
 */
export function inProcess(file) {
  const told = [];
  const child = fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.on('message', (row) => told.push(row));
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      const ended = code === 0 ? undefined : `ended with ${signal ?? code}`;
      resolve({ told, broken: ended ?? (told.length === 0 ? 'it measured nothing' : undefined) });
    });
  });
}
