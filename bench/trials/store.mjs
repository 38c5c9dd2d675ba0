// How many events a second are committed, in batches of 1,000, each with all its columns, by one writer and by ten at
// once; against better-sqlite3 alone on one table of text columns with four indexes.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { interleave } from '../harness/interleave.mjs';
import { root, workFolder } from '../harness/processes.mjs';
import { percentile } from '../harness/statistics.mjs';
import { freshDatabase, storeBundle, written } from '../harness/stored.mjs';
import { isSmoke, rounds, tell } from '../harness/trial.mjs';

const events = isSmoke ? 2_000 : 100_000;
const eventsOfEach = isSmoke ? 1_000 : 20_000;
const writers = 10;
const unit = 'events/s';
const name = 'text columns, 4 indexes';

const code = mkdtempSync(join(root, 'dist.bench-'));
try {
  const file = await storeBundle(code);
  const folder = workFolder('store', 1e9);
  await one(folder, file);
  await ten(folder, file);
} finally {
  rmSync(code, { recursive: true });
}

async function one(folder, file) {
  const rate = async (which) => (1000 * events) / (await written(which, file, freshDatabase(folder), events, 1)).ms;
  const { ours, theirs } = await interleave({ ours: () => rate('ours'), theirs: () => rate('theirs') }, rounds);
  const baseline = { name, samples: theirs };
  tell({ what: 'events committed by one writer', unit, samples: ours, baseline, target: { ratioAtLeast: 2 } });
}

async function ten(folder, file) {
  const waits = { ours: [], theirs: [] };
  const rate = async (which) => {
    const database = freshDatabase(folder);
    const seeds = Array.from({ length: writers }, (_, seed) => seed);
    const all = await Promise.all(seeds.map((seed) => written(which, file, database, eventsOfEach, seed)));
    waits[which].push(
      percentile(
        all.flatMap(({ commitsMs }) => commitsMs),
        0.99,
      ),
    );
    return (1000 * writers * eventsOfEach) / Math.max(...all.map(({ ms }) => ms));
  };
  const { ours, theirs } = await interleave({ ours: () => rate('ours'), theirs: () => rate('theirs') }, rounds);
  const together = `with ${writers} writers`;
  const rates = { samples: ours, baseline: { name, samples: theirs } };
  tell({ what: `events committed ${together}`, unit, ...rates, target: { ratioAtLeast: 1.5 } });
  const commits = { samples: waits.ours.slice(1), baseline: { name, samples: waits.theirs.slice(1) } };
  tell({ what: `the wait for a commit ${together}, p99`, unit: 'ms', ...commits, target: { atMost: 250 } });
}
