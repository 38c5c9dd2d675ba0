import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { freshHome, type Home, serveIn, wrapCounting } from './support/serving-process.ts';
import { echoingAgent, servedBy, wrap } from './support/wrappers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const inReadme = /^```python\n(.*?)^```$/ms.exec(readme)?.[1] ?? '';

const noPython =
  spawnSync('python3', ['--version']).status === 0 ? undefined : 'python3 is not installed; the example needs it';

/** Lines of a program's output, as they come. */
function linesOf(command: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
  const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  let text = '';
  let look: () => void = () => undefined;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    const parts = (text + piece).split('\n');
    text = parts.pop() ?? '';
    lines.push(...parts);
    look();
  });
  return {
    lines,
    until: (count: number) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (lines.length >= count) resolve();
        };
        look();
      }),
  };
}

/** Starts something that serves; the function ends it. */
type Serve = (home: Home) => Promise<() => Promise<unknown>>;

const lasting: Serve = async (home) => {
  const serving = await serveIn(home);
  return () => {
    serving.process.kill('SIGTERM');
    return serving.ended;
  };
};

const inWrapper: Serve = async (home) => {
  const wrapper = wrap(home, echoingAgent);
  await servedBy(home, ({ pid }) => pid === wrapper.pid);
  return () => {
    wrapper.process.stdin?.end();
    return wrapper.ended;
  };
};

/** Events of two servers, one after the other. */
async function tells(command: string, args: readonly string[], serve = lasting): Promise<string[]> {
  const home = freshHome();
  const endFirst = await serve(home);
  const { lines, until } = linesOf(command, args, home.environment);
  await wrapCounting(home, 50, 1);
  await until(50);
  await endFirst();
  await wrapCounting(home, 30, 1);
  await serve(home);
  await until(80);
  return lines;
}

const expected = [...Array(50).keys(), ...Array(30).keys()].map((index) => `node error error: number ${index + 1}`);

describe('the client in the README', () => {
  it('is examples/tail.py', () => {
    expect(inReadme).toBe(readFileSync(join(root, 'examples/tail.py'), 'utf8'));
  });

  it.skipIf(noPython)(
    `tells each event once, across servers${noPython === undefined ? '' : ` (${noPython})`}`,
    async () => {
      const file = join(temporaryFolder(), 'client.py');
      writeFileSync(file, inReadme);
      expect(await tells('python3', [file])).toEqual(expected);
      expect(await tells('python3', [file], inWrapper)).toEqual(expected);
    },
    60_000,
  );
});

it('examples/tail-client.mjs tells each event once, across servers', async () => {
  const lines = await tells(process.execPath, [join(root, 'examples/tail-client.mjs'), 'kinds=extraction']);
  expect(lines.map((line) => line.slice(line.indexOf(' ') + 1))).toEqual(expected);
});
