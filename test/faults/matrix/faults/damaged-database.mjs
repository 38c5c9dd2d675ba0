import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';

const pageBytes = 4096;
const places = [
  { name: 'damaged-pages', what: 'database pages overwritten', pageOf: (round, pages) => 1 + round.random(pages - 1) },
  { name: 'damaged-header', what: 'the database header overwritten', pageOf: () => 0 },
];
const moments = [
  { name: '', when: '', isRunning: true },
  { name: '-at-rest', when: ' between two runs', isRunning: false },
];

const readsAll = ['events', '--limit', '10000'];

function overwrite(round, pageOf) {
  // Otherwise what is overwritten may be in the -wal file as well.
  const database = new Database(round.home.database);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  const fd = openSync(round.home.database, 'r+');
  try {
    const pages = Math.floor(fstatSync(fd).size / pageBytes);
    const garbage = Buffer.from(Array.from({ length: pageBytes }, () => round.random(256)));
    for (let nth = 0; nth < pages / 4; nth += 1) writeSync(fd, garbage, 0, pageBytes, pageBytes * pageOf(round, pages));
  } finally {
    closeSync(fd);
  }
}

/** What was acknowledged is in the recordings, too, from which a new database is built. */
export default places.flatMap((place) =>
  moments.map(({ name, when, isRunning }) => ({
    name: `${place.name}${name}`,
    what: `${place.what}${when}`,
    share: 0.02,
    measuresDelay: isRunning,
    // What only `sessions` reads may be whole.
    alsoReads: [readsAll],
    async inject(round) {
      await round.wrap({ last: 200 }).ended;
      const session = round.wrap({ last: isRunning ? Infinity : 100 });
      await round.acknowledged(250);
      if (!isRunning) await session.ended;
      await round.begins();
      overwrite(round, place.pageOf);
      if (!isRunning) return 'overwritten';
      await pause(1000);
      // Who only writes, and reads what is new, need not meet it.
      await round.ridealong(...readsAll);
      const ms = await round.repaired();
      await round.end();
      return `back-filled after ${Math.round(ms)} ms`;
    },
  })),
);
