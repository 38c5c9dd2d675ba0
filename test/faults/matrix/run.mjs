// npm run faults [-- --rounds N] [--only NAME]… [--json]
//
// Injects faults into the built program, round by round, and prints for each what was acknowledged and what came back.
// Exits 1 if a promise was broken. CONTRIBUTING.md tells more.
import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { seeded } from '../../../bench/harness/random.mjs';
import { median } from '../../../bench/harness/statistics.mjs';
import { breakOff, playRound } from './round.mjs';

/** With as many or more, stops and waits last as long as they do in the worst of lives: in one round of so many. */
const longFrom = 500;
const longEvery = 25;
/** In the others the store rests for no longer than this when it has failed: nothing happens meanwhile. */
const shortRestMs = 3000;
const maxAddedP99Ms = 5;
const roundsToBeSure = 5;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    only: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
const modules = readdirSync(new URL('faults/', import.meta.url)).sort();
const faults = [];
for (const file of modules) faults.push(...[(await import(`./faults/${file}`)).default].flat());
const unknown = options.only.filter((name) => !faults.some((fault) => fault.name === name));
const asked = Number(options.rounds);
if (unknown.length > 0 || !Number.isInteger(asked) || asked < 1) {
  console.error(`faults: there are ${faults.map(({ name }) => name).join(', ')}; --rounds takes a whole number from 1`);
  process.exit(64);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void breakOff().finally(() => process.exit(1)));
}
const rows = [];
for (const fault of faults) {
  if (options.only.length > 0 && !options.only.includes(fault.name)) continue;
  process.stderr.write(`${fault.name} … `);
  const startMs = performance.now();
  const row = await rowOf(fault).catch((error) => brokenOff(fault, error));
  const seconds = Math.round((performance.now() - startMs) / 1000);
  // Whoever breaks a long run off has these.
  process.stderr.write(
    `${[`${row.verdict}, ${row.rounds ?? 0} rounds in ${seconds} s`, ...row.broken].join('\n  ')}\n`,
  );
  rows.push({ ...row, seconds });
}
console.log(options.json ? JSON.stringify(rows) : table(rows));
if (!options.json) for (const row of rows) for (const why of row.broken) console.log(`${row.fault}: ${why}`);
process.exitCode = rows.some(({ verdict }) => verdict === 'does not hold') ? 1 : 0;

/** The others are played all the same. */
function brokenOff({ name, what }, { stack }) {
  return { fault: name, what, broken: [stack], verdict: 'does not hold' };
}

/** Plays a fault's rounds, some at a time. */
async function rowOf(fault) {
  const skipped = fault.whyNot?.();
  if (skipped !== undefined) return { fault: fault.name, what: fault.what, broken: [], verdict: `skipped: ${skipped}` };
  // The shares make 2000 take about an hour, with 200 points at least at which something is killed, and each call failing.
  const rounds = Math.max(1, Math.round(asked * fault.share));
  const random = seeded(Number(options.seed));
  const played = [];
  let nth = 0;
  const play = async (ofRounds) => {
    const isAsInLife = nth % longEvery === 0;
    const isLong = isAsInLife && asked >= longFrom;
    const storeRestMs = isAsInLife ? undefined : shortRestMs;
    played.push(await playRound(fault, { random, isLong, storeRestMs, nth: nth++, ofRounds }));
  };
  const player = async () => {
    while (nth < rounds) await play(rounds);
  };
  if (fault.measuresDelay) preferUs(true);
  await Promise.all(Array.from({ length: fault.atOnce ?? 1 }, player));
  const sum = (name) => played.reduce((total, round) => total + round[name], 0);
  const added = () => median(played.map(({ addedP99Ms }) => addedP99Ms));
  // One round alone may have met something else that the machine did.
  const isDecided = () => played.some((round) => round.broken.length > 0) || added() <= maxAddedP99Ms;
  while (fault.measuresDelay && !isDecided() && played.length < roundsToBeSure) {
    await play(nth + 1);
  }
  const addedP99Ms = fault.measuresDelay ? added() : undefined;
  preferUs(false);
  const broken = [...tallied(played.flatMap((round) => round.broken))];
  if (fault.measuresDelay && !(addedP99Ms <= maxAddedP99Ms)) broken.push('the output comes too late');
  return {
    fault: fault.name,
    what: fault.what,
    rounds: played.length,
    acknowledged: sum('acknowledged'),
    recovered: sum('recovered'),
    doubled: sum('doubled'),
    lost: sum('lost'),
    ...(addedP99Ms !== undefined && { addedP99Ms: Number(addedP99Ms.toFixed(2)) }),
    ...(fault.measuresDelay && { addedPeakMb: Math.round(Math.max(...played.map((round) => round.addedPeakMb))) }),
    broken,
    deeds: tallied(played.map(({ deed }) => deed)),
    complaints: tallied(played.flatMap(({ complaints }) => complaints)),
    verdict: broken.length === 0 ? 'holds' : 'does not hold',
  };
}

/** Where delays are measured, others on the machine wait for us and what we start, if we may tell them to. */
function preferUs(isPreferred) {
  try {
    setPriority(isPreferred ? constants.priority.PRIORITY_HIGH : constants.priority.PRIORITY_NORMAL);
  } catch {
    // That needs root.
  }
}

/** Each once, with how often where it is more than once; numbers and ids don't tell them apart. */
function tallied(texts) {
  const counts = new Map();
  for (const text of texts) {
    const kind = text
      .replaceAll(/\d+/g, 'N')
      .replaceAll(/\b[0-9A-HJKMNP-TV-Z]{26}\b|\/\S+/g, '…')
      .replaceAll(/\b[0-9A-Z]*N[0-9A-Z]+N[0-9A-Z]*\b/g, '…');
    const known = counts.get(kind) ?? { text, count: 0 };
    counts.set(kind, { ...known, count: known.count + 1 });
  }
  return [...counts.values()].map(({ text, count }) => (count === 1 ? text : `${text} (${count} times alike)`));
}

function table(all) {
  const head = ['fault', 'rounds', 'acknowledged', 'recovered', 'doubled', 'lost', 'added p99', 'verdict'];
  const printed = new Table({ head, style: { head: [], border: [] } });
  for (const row of all) {
    const { what, rounds = '', acknowledged = '', recovered = '', doubled = '', lost = '', addedP99Ms } = row;
    const added = addedP99Ms === undefined ? '' : `${addedP99Ms} ms`;
    printed.push([what, rounds, acknowledged, recovered, doubled, lost, added, row.verdict]);
  }
  return printed.toString();
}
