// How fast a session of an interface that paints the whole screen becomes events, and in how much memory.
// Dense: 10 MB of repaints with a spinner, an answer that streams in, scroll regions, colours, synchronized output,
// the alternate screen, and resizes. Sparse: 10 MB in an hour of 200,000 small chunks. Prints one line per trial,
// each a process of its own.
//
//   node bench/screen.mjs [trials] [dense|sparse]
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sessions } from './screen-sessions.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

if (process.send) {
  process.send(await trial(...process.argv.slice(2)));
  process.disconnect();
} else {
  // Below the repository: what stays outside of the bundle is looked up from there.
  const folder = mkdtempSync(join(root, 'dist.bench-'));
  try {
    const extraction = await bundle(folder, 'extraction', "export * from './src/session-extraction.ts'");
    const packTools = await bundle(folder, 'packs', "export * from './src/extract/compile-packs.ts'");
    const { compileShippedPacks } = await import(pathToFileURL(packTools).href);
    const packs = join(folder, 'packs.json');
    writeFileSync(packs, compileShippedPacks(join(root, 'patterns')));
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

async function bundle(folder, name, contents) {
  const { build } = await import('esbuild');
  const outfile = join(folder, `${name}.mjs`);
  await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['better-sqlite3', 'node-pty'],
    banner: { js: "import { createRequire as of } from 'node:module'; const require = of(import.meta.url);" },
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile,
  });
  return outfile;
}

function inProcess(files) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), files);
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the trial ended with ${code}`)));
  });
}

async function trial(name, extractionFile, packsFile) {
  const { createSessionExtraction, nothingStored } = await import(pathToFileURL(extractionFile).href);
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
