import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Made here, so that no file holds what looks like a secret. */
const token = ['ghp', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6'].join('_');
const ownSecret = 'zanzibar-4711-blue';
const word = 'k9x8c7v6b5n4';

/** What must not be found anywhere, in any file. */
const left = ['aB3dE6g', 'Q8sT1vW', 'C0eF3hI6', ownSecret, word, 'hunter2hunter', 'jane@acme', 'MIIEpAIB'];

const script = [
  'printf "error: bad token %s\\n" "$1"',
  'printf "error: \\033[31m%s\\033[1m%s\\033[0m\\n" "${1%????????????}" "${1#????????????????????????????}"',
  'printf "first %s" "${1%????????????????????}"; sleep 0.4; printf "%s\\n" "${1#????????????????????}"',
  'echo "env $DEPLOY_TOKEN"; echo "password = hunter2hunter2"; echo jane@acme.io',
  'printf -- "-----BEGIN PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA7x\\n-----END PRIVATE KEY-----\\n"',
  'printf "\\140\\140\\140sh\\nexport T=%s\\n\\140\\140\\140\\n" "$1"',
].join('\n');

const command = ['sh', '-c', script, 'agent', token, '--token', word];

function environment(): NodeJS.ProcessEnv {
  return { ...freshEnvironment(), DEPLOY_TOKEN: ownSecret };
}

/** The files below the folder that hold any of it. */
function leaks(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .flatMap((path) => {
      const bytes = readFileSync(path);
      return left.filter((secret) => bytes.includes(secret)).map((secret) => `${path}: ${secret}`);
    });
}

const filesOf = ({ HOME = '' }: NodeJS.ProcessEnv) => `${HOME}/data`;

/** Extraction may take longer on a busy machine than the wrapper waits for it. */
const patient = ['--drain-timeout', '60s'];

describe.each([['--no-pty'], ['--pty']])('a wrapped session (%s)', (form) => {
  it('prints its secrets to the user, and leaves them nowhere', async () => {
    const env = environment();
    const { stdout, code } = await runRidealong([...patient, form, ...command], { env });
    expect(code).toBe(0);
    expect(stdout).toContain(`error: bad token ${token}`);
    expect(stdout).toContain(`env ${ownSecret}`);
    expect(stdout).not.toContain('***');
    expect(leaks(filesOf(env))).toEqual([]);
    const shown = await runRidealong(['show', '@last', '--json'], { env });
    const { session, redactions } = JSON.parse(shown.stdout) as {
      session: { command_json: string };
      redactions: { rule: string; count: number }[];
    };
    expect(JSON.parse(session.command_json)).toContain('************');
    const counts = Object.fromEntries(redactions.map(({ rule, count }) => [rule, count]));
    expect(counts).toEqual({ github: 4, assignment: 1, email: 1, environment: 1, 'private-key': 1 });
    const events = await runRidealong(['events', '--session', '@last', '--type', 'error'], { env });
    expect(events.stdout).toContain(`ghp_${'*'.repeat(36)}`);
  });

  it('keeps them if asked to', async () => {
    const env = environment();
    await runRidealong([...patient, '--no-redact', form, ...command], { env });
    const { stdout } = await runRidealong(['logs', '@last'], { env });
    expect(stdout).toContain(`error: bad token ${token}`);
    expect(JSON.parse((await runRidealong(['show', '@last', '--json'], { env })).stdout)).toMatchObject({
      redactions: [],
    });
    await runRidealong(['reindex', '@last'], { env });
    expect((await runRidealong(['logs', '@last'], { env })).stdout).toBe(stdout);
  });
});

describe('a file that is imported', () => {
  it('leaves its secrets nowhere', async () => {
    const env = environment();
    const file = join(temporaryFolder(), 'old.log');
    writeFileSync(file, `error: bad token ${token}\nerror: password = hunter2hunter2\n`);
    const imported = await runRidealong(['import', '--agent', 'codex', file], { env });
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    expect(leaks(filesOf(env))).toEqual([]);
    expect(readFileSync(file, 'utf8')).toContain(token);
  });
});
