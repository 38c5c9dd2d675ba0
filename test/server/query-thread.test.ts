import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { createQueryThread } from '../../src/server/query-thread.ts';

const program = new URL('programs/query-answerer.mjs', import.meta.url);

function threads(timeLimitMs: number) {
  let started = 0;
  const thread = createQueryThread(() => {
    started += 1;
    return new Worker(program);
  }, timeLimitMs);
  onTestFinished(() => thread.close());
  return { ask: (input: string) => thread.ask('summary', input), started: () => started };
}

const wellWithin = 15_000;
const failed = (code: string) => ({ ok: false, failure: expect.objectContaining({ code }) as object });

it('queries are answered in turn, by one thread', async () => {
  const { ask, started } = threads(wellWithin);
  const answers = await Promise.all([...Array(20).keys()].map((number) => ask(String(number))));
  expect(answers).toEqual([...Array(20).keys()].map((number) => ({ ok: true, value: String(number) })));
  expect(started()).toBe(1);
});

it('one that fails is told with what the wire says of it', async () => {
  expect(await threads(wellWithin).ask('fail')).toEqual({
    ok: false,
    failure: { status: 404, code: 'session_not_found', message: 'no' },
  });
});

it('one that takes too long is given up, and the next one answered by a new thread', async () => {
  const { ask, started } = threads(2_000);
  expect(await ask('forever')).toEqual(failed('timeout'));
  expect(await ask('next')).toEqual({ ok: true, value: 'next' });
  expect(started()).toBe(2);
});

it.each(['throw', 'exit', 'bug'])('a bug costs one query: %s', async (bug) => {
  const { ask } = threads(wellWithin);
  expect(await ask(bug)).toEqual(failed('internal'));
  expect(await ask('next')).toEqual({ ok: true, value: 'next' });
});

it('more than can be answered are turned away', async () => {
  const { ask } = threads(wellWithin);
  const answers = await Promise.all([...Array(300).keys()].map(() => ask('x')));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(257);
  expect(answers.at(-1)).toEqual(failed('busy'));
});
