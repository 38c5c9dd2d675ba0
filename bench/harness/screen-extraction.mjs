// A process that makes events of a session of an interface that paints the whole screen, as the follower does.
// Its words: the session's name, the bundle of the extraction, and a file of compiled packs.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { sessions } from './screen-sessions.mjs';

const [, , name, extractionFile, packsFile] = process.argv;
process.send(await extracted());
process.disconnect();

/** @returns MB/s, and the memory of the process at most */
async function extracted() {
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
  const spend = (work) => {
    const startMs = performance.now();
    work();
    spentMs += performance.now() - startMs;
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
  if (events === 0) throw new Error('nothing was found');
  return { speed: bytes / 1000 / spentMs, peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6 };
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
