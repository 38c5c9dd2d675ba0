// A process of its own that follows what is committed, while faults are injected, and judges afterwards whether all of
// that came back, once, and whether the recordings are what the children wrote. It shares no code with Ridealong.
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readLedger } from './ledger.mjs';
import { isEvent, outputOf } from './output.mjs';
import { readRecording } from './recording.mjs';

const pollMs = 4;
const blockBytes = 4096;
const rowsAfter = `SELECT e.id, s.session_id AS session, e.from_stderr AS fromStderr, e.byte_offset AS at, e.original_line AS line
  FROM events e JOIN sessions s ON s.key = e.session_key WHERE e.id > ? ORDER BY e.id`;

const keyOf = ({ session, fromStderr, at, line }) => `${session} ${fromStderr ? 'stderr' : 'stdout'} ${at} ${line}`;

let place;
let polling;
let database;
let inode;
let cursor = 0;
const acknowledged = new Set();
/** Of those, what the database has that is there now. */
const present = new Set();
/** What must be committed for a repaired store to be as good as ever, and how much of that is, from its start on. */
let owed;
let found = 0;

/** Reads on behind the last commit it has seen; whatever is wrong with the file, it tries again. */
function poll() {
  try {
    const { ino } = statSync(place.database);
    if (ino !== inode) {
      database?.close();
      database = new Database(place.database, { readonly: true, fileMustExist: true, timeout: 0 });
      inode = ino;
      cursor = 0;
      found = 0;
      present.clear();
    }
    for (const row of database.prepare(rowsAfter).all(cursor)) {
      cursor = row.id;
      if (!isEvent(row.line)) continue;
      acknowledged.add(keyOf(row));
      present.add(keyOf(row));
    }
  } catch {
    // There is none yet, or it cannot be read now.
    inode = undefined;
  }
}

/** Each event that must be there for a recording, and those that may be: of lines that are not whole. */
function eventsOf(session, recording) {
  const whole = new Set();
  const cut = new Set();
  for (const [stream, { bytes, pieces }] of Object.entries(recording)) {
    const seams = new Set(pieces.slice(1).map(({ from }) => from));
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(0x0a, at);
      const to = end === -1 ? bytes.length : end;
      const line = bytes.toString('latin1', at, to);
      let isWhole = end !== -1;
      for (const seam of seams) if (seam > at && seam <= to) isWhole = false;
      if (isEvent(line)) (isWhole ? whole : cut).add(`${session} ${stream} ${at} ${line}`);
      at = to + 1;
    }
  }
  return { whole, cut };
}

/** Whether all that the children wrote by then is recorded or marked as missing, and what is recorded is committed. */
function isBackfilled(folders, untilMs) {
  poll();
  if (owed === undefined) {
    const recordings = folders.map((folder) => {
      const ledger = readLedger(folder);
      return { ledger, recording: ledger && readRecording(join(place.recordings, ledger.session)) };
    });
    if (!recordings.every(({ ledger, recording }) => recording && isAccounted(ledger, recording, untilMs)))
      return false;
    const recorded = recordings.map(({ ledger, recording }) => [...eventsOf(ledger.session, recording).whole]);
    // Where all is a gap, a store that still rests owes nothing: only the first behind it shows that it is back.
    if (recorded.some((events) => events.length === 0)) return false;
    owed = recorded.flat();
  }
  while (found < owed.length && present.has(owed[found])) found += 1;
  return found === owed.length;
}

const isAccounted = ({ writes }, recording, untilMs) =>
  Object.entries(recording).every(([stream, { bytes, gap }]) => {
    const last = writes.findLast((write) => write.stream === stream && write.endMs <= untilMs);
    return bytes.length + gap >= (last?.end ?? 0);
  });

/** Of a wrapper that was killed early enough, nothing is. */
function stored() {
  if (!existsSync(place.database)) return { events: [], sessions: [] };
  let reader;
  try {
    reader = new Database(place.database, { readonly: true });
    const sessions = reader.prepare('SELECT session_id, gap_bytes FROM sessions').all();
    return { events: reader.prepare(rowsAfter).all(0), sessions };
  } catch (error) {
    return { events: [], sessions: [], unreadable: error.message };
  } finally {
    reader?.close();
  }
}

/** Compares. `children`: each child's folder, what came through, and what must hold for it. */
function judge({ children, mayGap }) {
  const broken = [];
  const counts = new Map();
  const { events, sessions, unreadable } = stored();
  if (unreadable !== undefined) broken.push(`the database cannot be read: ${unreadable}`);
  const gapsInStore = new Map(sessions.map(({ session_id: id, gap_bytes: bytes }) => [id, bytes]));
  for (const row of events) if (isEvent(row.line)) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  const doubled = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
  const lost = [...acknowledged].filter((key) => !counts.has(key));
  if (doubled > 0) broken.push(`${doubled} events are there twice`);
  if (lost.length > 0) broken.push(`${lost.length} acknowledged events are lost, such as ${lost[0]}`);
  for (const child of children) judgeChild(child, { counts, gapsInStore, mayGap, broken });
  const tell = { acknowledged: acknowledged.size, recovered: counts.size, doubled, lost: lost.length, broken };
  return tell;
}

function judgeChild({ folder, delivered, isWhole, isDamaged, keptUntilMs }, { counts, gapsInStore, mayGap, broken }) {
  const ledger = readLedger(folder);
  // It had no start.
  if (ledger === undefined) return;
  const { session, written, writes } = ledger;
  const expected = outputOf('stdout', delivered.bytes);
  if (createHash('sha256').update(expected).digest('hex') !== delivered.digest) {
    broken.push('what came through is not what the child wrote');
  }
  if (isWhole && delivered.bytes !== written.stdout) {
    broken.push(`${written.stdout - delivered.bytes} bytes of the child's did not come through`);
  }
  const found = readRecording(join(place.recordings, session));
  const recording = found && keptUntilMs !== undefined ? withoutZeros(found) : found;
  if (recording === undefined) {
    if (isWhole)
      broken.push(`${written.stdout + written.stderr} bytes were not recorded, and no gap is there to tell it`);
    return;
  }
  const isCut = isDamaged || keptUntilMs !== undefined;
  if (isDamaged) return judgeEvents(session, recording, { counts, isCut, broken });
  if (!isAccounted(ledger, recording, keptUntilMs ?? -Infinity))
    broken.push('more of the recording is lost than may be');
  let gapBytes = 0;
  for (const [stream, { bytes, pieces, gap }] of Object.entries(recording)) {
    gapBytes += gap;
    const output = outputOf(stream, bytes.length + gap);
    const differs = pieces.find(
      ({ from, at, length }) => !bytes.subarray(from, from + length).equals(output.subarray(at, at + length)),
    );
    if (differs) broken.push(`${stream} was recorded otherwise than it was written, from byte ${differs.from} on`);
    const missing = written[stream] - bytes.length - gap;
    if (isWhole && missing !== 0) broken.push(`${missing} bytes of ${stream} are neither recorded nor marked as a gap`);
  }
  if (gapBytes > 0 && !mayGap) broken.push(`${gapBytes} bytes are a gap, where there is no need for one`);
  const told = gapsInStore.get(session);
  if (told !== gapBytes) broken.push(`the store tells of a gap of ${told} bytes, the recording of ${gapBytes}`);
  judgeEvents(session, recording, { counts, isCut, broken });
}

/** What a power cut took of a file's last block: ext4 may know how long it was to be, and has zeros there. */
function withoutZeros(recording) {
  const whole = ([name, stream]) => {
    let end = stream.bytes.length;
    while (end > 0 && stream.bytes[end - 1] === 0 && stream.bytes.length - end < blockBytes) end -= 1;
    const pieces = stream.pieces.map((piece) => ({ ...piece, length: Math.min(piece.length, end - piece.from) }));
    return [
      name,
      { ...stream, bytes: stream.bytes.subarray(0, end), pieces: pieces.filter(({ length }) => length > 0) },
    ];
  };
  return Object.fromEntries(Object.entries(recording).map(whole));
}

/** Of what is behind the end of a recording that lost it, nobody knows whether it was recorded. */
function judgeEvents(session, recording, { counts, isCut, broken }) {
  const { whole, cut } = eventsOf(session, recording);
  const missing = [...whole].filter((key) => !counts.has(key));
  if (missing.length > 0) broken.push(`${missing.length} recorded events were not extracted, such as ${missing[0]}`);
  const invented = [...counts.keys()].filter((key) => {
    const [id, stream, at] = key.split(' ');
    if (id !== session || whole.has(key) || cut.has(key) || acknowledged.has(key)) return false;
    return !isCut || Number(at) <= recording[stream].bytes.lastIndexOf(0x0a);
  });
  if (invented.length > 0) broken.push(`${invented.length} events were never recorded, such as ${invented[0]}`);
}

const answers = {
  follow(where) {
    place = where;
    polling = setInterval(poll, pollMs);
  },
  /** Lets go of the database, until it is told to follow. */
  rest() {
    clearInterval(polling);
    database?.close();
    database = undefined;
    inode = undefined;
  },
  /** What was destroyed on purpose cannot come back. */
  forget: () => acknowledged.clear(),
  acknowledged: () => acknowledged.size,
  /** Looks once more, and no more from then on. */
  stop() {
    clearInterval(polling);
    poll();
  },
  isBackfilled,
  judge,
};

process.on('message', ({ id, question, words }) => {
  try {
    process.send({ id, answer: answers[question](...words) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());
