import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { buildProgram, programOptions } from './fixtures/committing.ts';
import { sampleId, temporaryPaths } from './fixtures/samples.ts';

const processes = 100;
const rounds = 20;
let program: string;

beforeAll(async () => {
  program = await buildProgram('racing-process');
});

interface Racer {
  readonly session: string;
  readonly child: ChildProcess;
}

type Outcome = { readonly taken: number } | { readonly heldBy: string };

async function startRacer(database: string, number: number): Promise<Racer> {
  const session = sampleId(`01R${number}X`);
  const child = fork(program, [database, session], programOptions());
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return { session, child };
}

/** All of them try at once. */
function race(racers: readonly Racer[], lease: string): Promise<Outcome[]> {
  const outcomes = racers.map(async ({ child }) => ((await once(child, 'message')) as [Outcome])[0]);
  for (const { child } of racers) child.send(lease);
  return Promise.all(outcomes);
}

const winnersOf = (racers: readonly Racer[], outcomes: readonly Outcome[]) =>
  racers.filter((_, index) => 'taken' in (outcomes[index] ?? {}));

it(`of ${processes} processes that race for a lease exactly one gets it, and the others know who, ${rounds} times`, {
  timeout: 300_000,
}, async () => {
  const { database } = temporaryPaths();
  // They create the database at the same time, too.
  let racers = await Promise.all(Array.from({ length: processes }, (_, number) => startRacer(database, number)));
  for (let round = 0; round < rounds / 2; round += 1) {
    const outcomes = await race(racers, `lease-${round}`);
    const winners = winnersOf(racers, outcomes);
    expect(winners).toHaveLength(1);
    const others = outcomes.filter((outcome) => 'heldBy' in outcome);
    expect(others).toEqual(Array.from({ length: processes - 1 }, () => ({ heldBy: winners[0]?.session })));
  }

  // The same when its holder was killed just now: each time the next one gets it, and its token is greater.
  let token = 0;
  for (let round = 0; round < rounds / 2; round += 1) {
    const outcomes = await race(racers, 'inherited');
    const [winner, ...more] = winnersOf(racers, outcomes);
    expect(more).toEqual([]);
    const [taken] = outcomes.flatMap((outcome) => ('taken' in outcome ? [outcome.taken] : []));
    expect(taken).toBe((token += 1));
    winner?.child.kill('SIGKILL');
    if (winner) await once(winner.child, 'exit');
    racers = racers.filter((racer) => racer !== winner);
  }
});
