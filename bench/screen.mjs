// How fast a session of an interface that paints the whole screen becomes events, and in how much memory:
// 10 MB of repaints with a spinner, an answer that streams in, scroll regions, colours, synchronized output,
// the alternate screen, and resizes. The same bytes each time. Prints one line per trial, each a process of its own.
//
//   node bench/screen.mjs [trials]
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const sessionBytes = 10_000_000;
const root = fileURLToPath(new URL('..', import.meta.url));

if (process.send) {
  process.send(await trial(process.argv[2], process.argv[3]));
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
    for (let nth = 0; nth < Number(process.argv[2] ?? 3); nth += 1) console.log(await inProcess([extraction, packs]));
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

async function trial(extractionFile, packsFile) {
  const { createSessionExtraction, nothingStored } = await import(pathToFileURL(extractionFile).href);
  const packs = JSON.parse(readFileSync(packsFile, 'utf8'));
  const startedAt = '2026-01-01T00:00:00.000Z';
  let events = 0;
  const extraction = createSessionExtraction({
    session: {
      id: '01K1FZ5W8N7Q3V9XH2M4T6R8YB',
      mode: 'terminal',
      terminalSize: { columns: 100, rows: 30 },
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
  // As the follower does, in slices: what makes the session up is not measured.
  for (let moments = session(), slice; (slice = take(moments, 1000)).length > 0; ) {
    spend(() => {
      for (const moment of slice) {
        extraction.take(moment);
        if (extraction.pendingEvents >= 1000) extraction.commit();
      }
    });
    ({ timeUs } = slice.at(-1));
  }
  const endedAt = new Date(Date.parse(startedAt) + timeUs / 1000).toISOString();
  spend(() => {
    extraction.end({ endedAt, ending: { kind: 'exited', code: 0 }, gapBytes: { stdout: 0, stderr: 0 } });
    extraction.finish();
  });
  const speed = `${(sessionBytes / 1000 / spentMs).toFixed(1)} MB/s (${(sessionBytes / processorUs).toFixed(1)} by processor time)`;
  const peak = `${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most`;
  return `${speed}, ${peak}, ${events} events, ${Math.round(timeUs / 1e6)} s recorded`;
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

/** The moments of one session: chunks of up to 4096 bytes, the frames 16 ms apart, with a pause behind each answer. */
function* session() {
  const random = seeded(1);
  let offset = 0;
  let timeUs = 0;
  const size = { columns: 100, rows: 30 };
  for (let turn = 0; offset < sessionBytes; turn += 1) {
    if (turn % 40 === 39) {
      Object.assign(size, { columns: 80 + random(60), rows: 24 + random(20) });
      yield { kind: 'resize', ...size, timeUs };
    }
    for (const text of frames(turn, size, random)) {
      const bytes = Buffer.from(text);
      for (let start = 0; start < bytes.length; start += 4096) {
        const piece = bytes.subarray(start, Math.min(start + 4096, bytes.length));
        timeUs += start === 0 ? 16_000 : 200;
        yield { stream: 'stdout', offset, timeUs, bytes: piece };
        offset += piece.length;
        if (offset >= sessionBytes) return;
      }
    }
    timeUs += 1_500_000;
  }
}

/** One question and its answer, on the alternate screen or scrolled into the normal one. */
function* frames(turn, { columns, rows }, random) {
  const words = 'the file session reads bytes lines and prints what it found before error warning done run test'.split(
    ' ',
  );
  const sentence = (length) => Array.from({ length }, () => words[random(words.length)]).join(' ');
  const answer = Array.from({ length: 12 + random(10) }, (_, nth) =>
    nth % 5 === 4 ? `Bash(npm test -- ${sentence(2)})` : `${nth}. ${sentence(6 + random(6))}`,
  );
  const isAlternate = turn % 2 === 0;
  yield isAlternate ? '\x1b[?1049h\x1b[?2004h\x1b[2J\x1b[H' : '\x1b[?1049l\x1b[?2004h';
  const colour = () => `\x1b[38;2;${random(256)};${random(256)};${random(256)}m`;
  let shown = 0;
  for (let frame = 0; shown < answer.length; frame += 1) {
    const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[frame % 10];
    const status = `${colour()}${spinner}\x1b[0m \x1b[2mWorking (${frame}s • esc to interrupt)\x1b[22m`;
    const isNext = frame % 4 === 3;
    if (isAlternate) {
      const said = answer.slice(Math.max(0, shown - rows + 8), shown + 1);
      const body = said.map((line, nth) => {
        const text = nth === said.length - 1 && !isNext ? line.slice(0, (line.length * (frame % 4)) / 3) : line;
        return `\x1b[${nth + 2};1H${colour()}⏺\x1b[0m \x1b[1m${text.slice(0, 10)}\x1b[22m${text.slice(10)}\x1b[K`;
      });
      const box = `\x1b[${rows - 3};1H╭${'─'.repeat(columns - 2)}╮\r\n│ ❯ \x1b[7m \x1b[27m${' '.repeat(columns - 6)}│\r\n╰${'─'.repeat(columns - 2)}╯`;
      yield `\x1b[?2026h\x1b[?25l${body.join('')}${box}\x1b[${rows};1H${status}\x1b[K\x1b[${rows - 2};5H\x1b[?25h\x1b[?2026l`;
    } else if (isNext) {
      yield `\x1b[?2026h\x1b[1;${rows - 2}r\x1b[${rows - 2};1H\r\n${colour()}⏺ \x1b[0m${answer[shown]}\x1b[r\x1b[${rows - 1};1H${status}\x1b[K\x1b[${rows};1H❯ \x1b[?2026l`;
    } else {
      yield `\x1b[${rows - 1};1H${status}\x1b[K\x1b[${rows};3H`;
    }
    if (isNext) shown += 1;
  }
}

/** mulberry32: whole numbers from 0 up to, but not including, the bound. */
function seeded(seed) {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * bound);
  };
}
