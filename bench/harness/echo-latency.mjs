import { spawn } from 'node:child_process';
import { closeSync, readSync, readlinkSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Typed as fast as the fastest do, so that whoever passes it on sleeps before each. */
const betweenKeysMs = 10;
/** What is typed while the processes start and get warm. */
const keysBefore = 30;

/**
 * How long a key takes until its echo stands on the terminal, which is that of the kernel, for the innermost terminal.
 *
 * @param posix that of src/child/
 * @param wrapping words before a command that give it a terminal of its own
 * @returns ms, of each key
 */
export async function echoLatency(posix, wrapping, { env, keys }) {
  const [master, slave] = posix.openTerminal();
  const path = readlinkSync(`/proc/self/fd/${slave}`);
  const agent = ['sh', '-c', 'stty -icanon; printf ready; exec cat > /dev/null'];
  const child = spawn('sh', ['-c', `: <> ${path}; exec "$@"`, 'sh', ...wrapping(agent)], {
    env,
    detached: true,
    stdio: [slave, slave, slave],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  closeSync(slave);
  const chunk = Buffer.alloc(4096);
  for (let said = ''; !said.includes('ready'); ) said += chunk.toString('latin1', 0, readSync(master, chunk));
  const waits = [];
  for (let nth = -keysBefore; nth < keys; nth += 1) {
    await sleep(betweenKeysMs);
    const startMs = performance.now();
    writeSync(master, 'x');
    while (chunk.toString('latin1', 0, readSync(master, chunk)) !== 'x');
    if (nth >= 0) waits.push(performance.now() - startMs);
  }
  writeSync(master, '\x03');
  await ended;
  closeSync(master);
  return waits;
}
