// How fast a session of an interface that paints the whole screen becomes events, and in how much memory.
// Dense: 10 MB of repaints with a spinner, an answer that streams in, scroll regions, colours, synchronized output,
// the alternate screen, and resizes. Sparse: 10 MB in an hour of 200,000 small chunks. Prints one line per trial,
// each a process of its own.
//
//   node bench/screen.mjs [trials] [dense|sparse]
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle, compiledPacks } from './harness/bundle.mjs';
import { root } from './harness/processes.mjs';
import { sessions } from './screen-sessions.mjs';

if (process.send) {
  process.send(await trial(...process.argv.slice(2)));
  process.disconnect();
} else {
  // Below the repository: what stays outside of the bundle is looked up from there.
  const folder = mkdtempSync(join(root, 'dist.bench-'));
  try {
    const contents =
      "export * from './src/session-extraction.ts'; export { noRedaction } from './src/session-redaction.ts';";
    const extraction = await bundle(folder, 'extraction', contents);
    const packs = await compiledPacks(folder);
    const [trials = 3, only] = process.argv.slice(2);
    for (let nth = 0; nth < Number(trials); nth += 1) {
      for (const { name } of sessions) {
        if (only === undefined || only === name) console.log(await inProcess([name, extraction, packs]));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inProcess(files) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), files);
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the trial ended with ${code}`)));
  });
}

async function trial(name, extractionFile, packsFile) {
  const { createSessionExtraction, noRedaction, nothingStored } = await import(pathToFileURL(extractionFile).href);
  const packs = JSON.parse(readFileSync(packsFile, 'utf8'));
  const { size, moments } = sessions.find((session) => session.name === name);
  const startedAt = '2026-01-01T00:00:00.000Z';
  let events = 0;
  const extraction = createSessionExtraction({
    session: {
      id: '01K1FZ5W8N7Q3V9XH2M4T6R8YB',
      mode: 'terminal',
      terminalSize: size,
      startedAt,
    },
    store: {
      commit(_, batch) {
        events += batch.events.length;
        return { ok: true, value: 'committed' };
      },
    },
    packs: packs.filter(({ agents }) => agents.includes('*') || agents.includes('claude')),
    stored: nothingStored,
    redaction: noRedaction,
    onKeyframe: () => undefined,
  });
  let spentMs = 0;
  let processorUs = 0;
  const spend = (work) => {
    const startMs = performance.now();
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    spentMs += performance.now() - startMs;
    processorUs += user + system;
  };
  let timeUs = 0;
  let bytes = 0;
  // As the follower does, in slices: what makes the session up is not measured.
  for (let coming = moments(size), slice; (slice = take(coming, 1000)).length > 0; ) {
    spend(() => {
      for (const moment of slice) {
        extraction.take(moment);
        if (extraction.pendingEvents >= 1000) extraction.commit();
      }
    });
    ({ timeUs } = slice.at(-1));
    for (const moment of slice) bytes += moment.bytes?.length ?? 0;
  }
  const endedAt = new Date(Date.parse(startedAt) + timeUs / 1000).toISOString();
  spend(() => {
    extraction.end({ endedAt, ending: { kind: 'exited', code: 0 }, gapBytes: { stdout: 0, stderr: 0 } });
    extraction.finish();
  });
  const speed = `${(bytes / 1000 / spentMs).toFixed(1)} MB/s (${(bytes / processorUs).toFixed(1)} by processor time)`;
  const peak = `${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most`;
  return `${name}: ${speed}, ${peak}, ${events} events, ${Math.round(timeUs / 1e6)} s recorded`;
}

function take(moments, count) {
  const taken = [];
  while (taken.length < count) {
    const { value, done } = moments.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}
