import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { EventRow, SessionRow } from '../../src/domain/rows.ts';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';

const wrappers = 10;
const agent = [process.execPath, fileURLToPath(new URL('./talkative-agent.mjs', import.meta.url))];

it(`lets ${wrappers} wrappers write to one database at once, and loses nothing`, { timeout: 120_000 }, async () => {
  const env = freshEnvironment();
  const finished = await Promise.all(Array.from({ length: wrappers }, () => runRidealong(agent, { env })));
  const [first] = finished;
  for (const wrapper of finished) expect(wrapper).toEqual(first);
  expect(first?.stderr).not.toContain('ridealong:');

  const { stdout } = await runRidealong(['sessions', '--json'], { env });
  const sessions = JSON.parse(stdout) as SessionRow[];
  expect(sessions).toHaveLength(wrappers);

  const facts = await Promise.all(
    sessions.map(async ({ session_id }) => {
      const events = await runRidealong(['events', '--session', session_id, '--limit', '10000', '--json'], { env });
      const rows = JSON.parse(events.stdout) as EventRow[];
      return rows.map((row) => `${row.stream} ${row.byte_offset} ${row.pattern} ${row.matched_value}`).sort();
    }),
  );
  expect(facts[0]?.length).toBeGreaterThan(2000);
  for (const each of facts) expect(each).toEqual(facts[0]);
});
