import { readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/domain/session.ts';
import type { SessionRow } from '../../src/domain/rows.ts';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';

/** A session that the store does not know, begun on another host by a process that is not to be seen from here. */
async function sessionOfAnotherHost() {
  const env = freshEnvironment();
  await runRidealong(['echo', 'error: out there'], { env });
  const data = join(env['XDG_DATA_HOME'] ?? '', 'ridealong');
  const [id = ''] = readdirSync(join(data, 'recordings'));
  const file = join(data, 'recordings', id, 'session.json');
  const session = JSON.parse(readFileSync(file, 'utf8')) as Session;
  writeFileSync(file, JSON.stringify({ ...session, host: 'elsewhere', end: undefined }));
  for (const name of readdirSync(data)) if (name.startsWith('ridealong.db')) rmSync(join(data, name));
  return { env, timing: join(data, 'recordings', id, 'timing') };
}

async function listedSessions(env: NodeJS.ProcessEnv): Promise<SessionRow[]> {
  const { stdout } = await runRidealong(['sessions', '--json'], { env });
  return JSON.parse(stdout) as SessionRow[];
}

describe('a session of another host that shares our data', () => {
  it('is left to its own wrapper while it may still run', async () => {
    const { env } = await sessionOfAnotherHost();
    expect(await listedSessions(env)).toEqual([]);
  });

  it('is extracted once it has been silent for a day', async () => {
    const { env, timing } = await sessionOfAnotherHost();
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
    utimesSync(timing, twoDaysAgo, twoDaysAgo);
    expect(await listedSessions(env)).toMatchObject([
      { host: 'elsewhere', state: 'crashed', total_extraction_events: 1 },
    ]);
  });
});
