import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { pathsFrom } from '../../src/domain/config.ts';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { isStopped } from '../support/is-stopped.ts';
import { freshEnvironment, runRidealong, startRidealong } from '../support/ridealong.ts';

it('does not keep the database from others while it is stopped as its child is, whatever it was at', async () => {
  const env = freshEnvironment();
  await runRidealong(['true'], { env });
  const stops = 8;
  // More than is stored in the moment for which a stop waits anyway; and long lines take longer to store than to find.
  const agent = `for i in $(seq ${stops}); do yes "error: $(printf %04000d 0)" | head -n 2000; kill -STOP $$; done`;
  const wrapper = startRidealong(['--no-serve', 'sh', '-c', agent], { env, stdio: 'ignore' });
  onTestFinished(() => void wrapper.kill('SIGKILL'));
  const ended = once(wrapper, 'exit');

  const database = new KeptDatabase(pathsFrom(env, '/').database, { timeout: 0 });
  for (let stop = 0; stop < stops; stop += 1) {
    while (!isStopped(wrapper)) await pause(10);
    // Fails where another process writes.
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    wrapper.kill('SIGCONT');
    while (isStopped(wrapper)) await pause(1);
  }
  database.close();
  expect(await ended).toEqual([0, null]);
});

it.each([1, 10, 30, 60, 90])('does not stop as its child did when that goes on %i ms later', async (delayMs) => {
  const agent = 'echo $$; kill -STOP $$; echo on; read line';
  const wrapper = startRidealong(['--no-serve', 'sh', '-c', agent], {
    env: freshEnvironment(),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void wrapper.kill('SIGKILL'));
  const ended = once(wrapper, 'exit');
  for await (const text of wrapper.stdout?.setEncoding('utf8') ?? []) {
    if (text === 'on\n') wrapper.stdin?.end();
    else {
      while (!isStopped({ pid: Number(text) }));
      await pause(delayMs);
      wrapper.kill('SIGCONT');
    }
  }
  expect(await ended).toEqual([1, null]);
});
