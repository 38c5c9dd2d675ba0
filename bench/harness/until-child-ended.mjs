import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freshEnvironment, ridealong, timed } from './processes.mjs';

/** Commands that run another one, given as further words, and note when it has ended: what follows is not measured. */
const noting = 'end=$1; shift; "$@"; date +%s%N > "$end"';

/**
 * Measures how long a command runs, by its own account, under different wrappers.
 *
 * @param folder for what they write
 * @param command prints `bytes` bytes
 */
export function untilChildEnded(folder, command, bytes) {
  const end = join(folder, 'ended-at');
  const child = ['sh', '-c', noting, 'sh', end, ...command];
  const untilEnd = async (words, options) => {
    const startNs = BigInt(Date.now()) * 1_000_000n;
    await timed(words, options);
    return Number(BigInt(readFileSync(end, 'utf8')) - startNs) / 1e6;
  };
  return {
    child,
    untilEnd,
    /** Under Ridealong, which must have recorded all of it. What is not extracted by then is left to the next run. */
    async wrapped(...options) {
      const env = freshEnvironment(folder);
      const ms = await untilEnd([process.execPath, ridealong, '--drain-timeout', '0s', ...options, '--', ...child], {
        env,
      });
      const recordings = join(env.XDG_DATA_HOME, 'ridealong', 'recordings');
      const [session] = readdirSync(recordings);
      const { size } = statSync(join(recordings, session, 'stdout.log'));
      if (size < bytes) throw new Error(`${size} of ${bytes} bytes were recorded`);
      rmSync(env.HOME, { recursive: true });
      return ms;
    },
  };
}
