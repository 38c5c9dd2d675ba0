// A process that commits events: `ours`, one session; `fill`, many; or `theirs`, by better-sqlite3 alone.
// Its words: which of them, the bundle of the store, the database, how many events, and a seed or the number of sessions.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { seeded } from './random.mjs';
import { sessionId, startedAt, types } from './stored.mjs';

const batchEvents = 1000;

function sessionOf(nth) {
  return {
    id: sessionId(nth),
    agent: `agent${nth % 4}`,
    mode: 'pipe',
    streams: ['stdout', 'stderr'],
    command: ['agent'],
    workingDirectory: '/work',
    host: 'bench',
    process: { pid: 1, startTicks: 1 },
    startedAt,
    packs: [],
    patternFiles: [],
  };
}

function eventOf(nth, random) {
  const pattern = random(60);
  return {
    stream: 'stdout',
    offset: nth * 80,
    endOffset: nth * 80 + 79,
    lineNumber: nth + 1,
    timeUs: nth * 1000,
    type: types[pattern % types.length],
    pattern: `pattern${pattern}`,
    risk: 'low',
    autoConfirmable: false,
    matchedValue: `src/part-${random(1000)}.ts(12,7): error TS2322`,
    originalLine: `src/part-${random(1000)}.ts(12,7): error TS2322: what the reader finds is not what it was told, ${nth}`,
    metadata: { file: `src/part-${random(1000)}.ts`, line: random(900), column: 7, code: 'TS2322' },
  };
}

async function write(which, file, path, total, seed) {
  const { openStore, Database } = await import(pathToFileURL(file).href);
  if (which === 'theirs') return writePlainly(new Database(path), total, seed);
  const opened = openStore({ database: path, recordings: join(path, '..', 'recordings') });
  if (!opened.ok) throw new Error(opened.failure.message);
  const store = opened.value;
  const sessions = which === 'fill' ? seed : 1;
  const commitsMs = [];
  const random = seeded(seed + 1);
  const startMs = performance.now();
  for (let session = 0; session < sessions; session += 1) {
    const told = sessionOf(which === 'fill' ? session : seed);
    if (!store.addSession(told).ok) throw new Error('the session was refused');
    const share = total / sessions;
    for (let at = 0; at < share; at += batchEvents) {
      const length = Math.min(batchEvents, share - at);
      const batch = Array.from({ length }, (_, nth) => eventOf(at + nth, random));
      const from = { stdout: at * 80, stderr: 0 };
      const to = { stdout: (at + length) * 80, stderr: 0 };
      const beforeMs = performance.now();
      const outcome = store.commit(told.id, { events: batch, from, to, lines: length });
      commitsMs.push(performance.now() - beforeMs);
      if (!outcome.ok || outcome.value !== 'committed') throw new Error('a batch was refused');
    }
  }
  const ms = performance.now() - startMs;
  store.close();
  return { ms, commitsMs: which === 'fill' ? [] : commitsMs };
}

/** As one would without thinking of it: names in every row, and an index for each question. */
function writePlainly(database, total, seed) {
  database.pragma('busy_timeout = 30000');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(`
    CREATE TABLE IF NOT EXISTS extraction_events (
      id INTEGER PRIMARY KEY AUTOINCREMENT, agent_name TEXT NOT NULL, session_id TEXT NOT NULL, timestamp TEXT NOT NULL,
      event_type TEXT NOT NULL, pattern TEXT NOT NULL, matched_value TEXT NOT NULL, original_line TEXT NOT NULL,
      line_number INTEGER NOT NULL, metadata_json TEXT, code_block_language TEXT, risk_level TEXT NOT NULL,
      auto_confirmable INTEGER NOT NULL, stream TEXT NOT NULL, byte_offset INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS by_agent ON extraction_events (agent_name);
    CREATE INDEX IF NOT EXISTS by_session ON extraction_events (session_id);
    CREATE INDEX IF NOT EXISTS by_type ON extraction_events (event_type);
    CREATE INDEX IF NOT EXISTS by_time ON extraction_events (timestamp);`);
  const insert = database.prepare(
    `INSERT INTO extraction_events (agent_name, session_id, timestamp, event_type, pattern, matched_value, original_line,
       line_number, metadata_json, code_block_language, risk_level, auto_confirmable, stream, byte_offset)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const { id, agent } = sessionOf(seed);
  const startUs = Date.parse(startedAt) * 1000;
  const insertAll = database.transaction((batch) => {
    for (const event of batch) {
      insert.run(
        agent,
        id,
        new Date((startUs + event.timeUs) / 1000).toISOString(),
        event.type,
        event.pattern,
        event.matchedValue,
        event.originalLine,
        event.lineNumber,
        JSON.stringify(event.metadata),
        null,
        event.risk,
        Number(event.autoConfirmable),
        event.stream,
        event.offset,
      );
    }
  });
  const random = seeded(seed + 1);
  const commitsMs = [];
  const startMs = performance.now();
  for (let at = 0; at < total; at += batchEvents) {
    const batch = Array.from({ length: Math.min(batchEvents, total - at) }, (_, nth) => eventOf(at + nth, random));
    const beforeMs = performance.now();
    insertAll.immediate(batch);
    commitsMs.push(performance.now() - beforeMs);
  }
  const ms = performance.now() - startMs;
  database.close();
  return { ms, commitsMs };
}

const [, , which, code, database, count, seed] = process.argv;
process.send(await write(which, code, database, Number(count), Number(seed)));
process.disconnect();
