import { execFile, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ridealong } from '../../../bench/harness/processes.mjs';
import { percentile } from '../../../bench/harness/statistics.mjs';
import { delaysOf } from './delays.mjs';
import { homeIn } from './home.mjs';
import { readLedger } from './ledger.mjs';
import { nowMs, wrap } from './wrapped.mjs';

const run = promisify(execFile);
const p99 = (samples) => percentile(samples, 0.99);
/** The promises. */
const degradedWithinMs = 1000;
const backfilledWithinMs = 60_000;
const maxExtraPeakBytes = 64 * 1024 * 1024;
/** A wrapper that has not ended by then, after its child, hangs. */
const endsWithinMs = 60_000;

const unfinished = new Set();

/** Leaves nothing behind of rounds that are broken off: neither agents without an end nor mounts. */
export async function breakOff() {
  for (const cleanUp of unfinished) await cleanUp();
}

/**
 * One round: a fresh home with an oracle that follows its store; the fault, injected as it likes; the next start; the
 * verdict. What a fault needs of it is `home`, `wrap`, `begins` and `repaired`, and a source of chance.
 *
 * @returns what the oracle counted, which promises were broken, and the delays with and without the fault
 */
export async function playRound(fault, { random, isLong, storeRestMs, nth, ofRounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'ridealong-fault-'));
  const home = homeIn(folder, storeRestMs);
  const cleanUps = [];
  const sessions = [];
  const companions = [];
  const broken = [];
  const window = { fromMs: -Infinity, toMs: Infinity };
  const oracle = startOracle();
  const round = {
    nth,
    ofRounds,
    random,
    isLong,
    folder,
    home,
    ask: oracle.ask,
    break: (why) => broken.push(why),
    onEnd: (cleanUp) => cleanUps.unshift(cleanUp),
    /**
     * Wraps an agent; where delays are measured, another one beside it, which no fault meets.
     *
     * @param options as for {@link wrap}, and what must hold for it: `isWhole` unless the wrapper is killed, with its
     * exit `code`; `isDamaged` when its recording is; `keptUntilMs` when only what was written by then must be there
     */
    wrap(options = {}) {
      const nthSession = join(folder, `session-${sessions.length}`);
      const session = wrap({ environment: home.environment, folder: nthSession, ...options });
      sessions.push({ ...options, session });
      if (fault.measuresDelay) {
        const apart = homeIn(`${nthSession}-companion`, storeRestMs);
        const { unfaulted, ...rest } = options;
        companions.push(
          wrap({ ...rest, ...unfaulted, environment: apart.environment, folder: join(apart.folder, 'session') }),
        );
      }
      return session;
    },
    /** What must hold for a session, as in `wrap`, should that show only now. */
    expect: (session, what) =>
      Object.assign(
        sessions.find((each) => each.session === session),
        what,
      ),
    /** Tells all agents to end, and waits until their wrappers have. */
    async end() {
      for (const each of [...sessions.map(({ session }) => session), ...companions]) each.tellToEnd();
      await allEnded();
    },
    /** Waits until so many events are acknowledged, or all wrappers have ended. */
    async acknowledged(count) {
      while ((await oracle.ask('acknowledged')) < count && !sessions.every(({ session }) => session.hasEnded))
        await pause(2);
    },
    /** The fault begins: to be called when it has, or shortly before. Starting is not what is measured. */
    async begins() {
      await Promise.all([...sessions.map(({ session }) => session), ...companions].map((each) => each.until(20_000)));
      window.fromMs = nowMs();
    },
    /** Waits until the store is left alone: a second behind its first error, which came with the next commit. */
    async degraded(fromMs) {
      const nextCommitMs = 200;
      const isDegraded = () => forcedSinceMs(home) !== undefined;
      while (!isDegraded() && Date.now() < fromMs + 20 * degradedWithinMs) await pause(10);
      const ms = (forcedSinceMs(home) ?? Infinity) - fromMs;
      if (!(ms <= degradedWithinMs + nextCommitMs)) broken.push(`the store was left alone after ${Math.round(ms)} ms`);
    },
    /** The fault is over: waits until all is as if it had not been. */
    async repaired() {
      window.toMs = nowMs();
      const folders = sessions.map(({ session }) => session.folder);
      for (const startMs = nowMs(); nowMs() < startMs + backfilledWithinMs; await pause(50)) {
        if (await oracle.ask('isBackfilled', folders, window.toMs)) return nowMs() - startMs;
      }
      broken.push(`not back-filled ${backfilledWithinMs / 1000} s after the repair`);
      return undefined;
    },
    /** Runs one of Ridealong's own commands. */
    ridealong: (...words) =>
      run(process.execPath, [ridealong, ...words], { env: home.environment, maxBuffer: 1e9 }).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
      ),
  };

  async function allEnded() {
    const all = [...sessions.map(({ session }) => session), ...companions];
    const late = pause(endsWithinMs, 'late', { ref: false });
    if ((await Promise.race([Promise.all(all.map(({ ended }) => ended)), late])) === 'late') {
      broken.push(`a wrapper did not end within ${endsWithinMs / 1000} s`);
      for (const each of all) each.killAll();
    }
  }

  async function cleanUp() {
    for (const each of [...sessions.map(({ session }) => session), ...companions]) each.killAll();
    for (const each of cleanUps.splice(0)) await each();
    oracle.end();
    rmSync(folder, { recursive: true, force: true });
  }

  unfinished.add(cleanUp);
  try {
    await oracle.ask('follow', home);
    const deed = await fault.inject(round);
    await allEnded();
    await oracle.ask('stop');
    await fault.beforeNextStart?.(round);
    for (const words of [['sessions'], ...(fault.alsoReads ?? [])]) {
      const next = await round.ridealong(...words, '--json');
      if (next.code !== 0) broken.push(`the next start fails: ${next.stderr.trim()}`);
    }
    for (const { session, isWhole = true, code = 0 } of sessions) {
      if (!isWhole) continue;
      const ending = await session.ended;
      if (ending.code !== code) broken.push(`the wrapper ended with ${ending.signal ?? ending.code}`);
    }
    const children = sessions.map(({ session, isWhole = true, isDamaged = false, keptUntilMs }) => ({
      folder: session.folder,
      delivered: session.delivered(),
      isWhole,
      isDamaged,
      keptUntilMs,
    }));
    const judged = await oracle.ask('judge', { children, mayGap: fault.mayGap ?? false });
    const peak = (all) => Math.max(0, ...all.map(({ peakBytes }) => peakBytes));
    const extraPeak = peak(sessions.map(({ session }) => session)) - peak(companions);
    if (companions.length > 0 && extraPeak > maxExtraPeakBytes) {
      broken.push(`${Math.round(extraPeak / 2 ** 20)} MB more memory than without the fault`);
    }
    const delays = (all) =>
      all.flatMap((each) => delaysOf(readLedger(each.folder) ?? { writes: [] }, each.arrivals, each.everyMs, window));
    return {
      deed,
      ...judged,
      broken: [...broken, ...judged.broken],
      complaints: sessions.flatMap(({ session }) => session.complaints),
      ...(fault.measuresDelay && {
        addedPeakMb: extraPeak / 2 ** 20,
        addedP99Ms: p99(delays(sessions.map(({ session }) => session))) - p99(delays(companions)),
      }),
    };
  } finally {
    await cleanUp();
    unfinished.delete(cleanUp);
  }
}

/** Since when the store is left alone, by what all wrappers share; undefined while it is not. */
function forcedSinceMs({ environment }) {
  try {
    const file = join(environment.XDG_RUNTIME_DIR, 'ridealong', 'mode.json');
    return JSON.parse(readFileSync(file, 'utf8')).forced?.sinceMs;
  } catch {
    return undefined;
  }
}

function startOracle() {
  const child = fork(fileURLToPath(new URL('oracle.mjs', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map();
  let last = 0;
  child.on('message', ({ id, answer, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(answer);
    else reject(new Error(error));
  });
  return {
    ask(question, ...words) {
      const id = (last += 1);
      child.send({ id, question, words });
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    end: () => child.kill(),
  };
}
