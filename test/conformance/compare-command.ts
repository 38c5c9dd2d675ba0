import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differences } from './harness/differences.ts';
import { type Outcome, type Streams, start } from './harness/start.ts';

const modes: Readonly<Record<'pipe' | 'terminal', Streams>> = {
  pipe: { stdin: 'null', stdout: 'pipe', stderr: 'pipe' },
  terminal: { stdin: 'terminal', stdout: 'terminal', stderr: 'terminal' },
};

/** Runs the command bare and wrapped, in both modes, and prints what differs; true when nothing does. */
export async function compareCommand(command: readonly string[]): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'ridealong-conformance-'));
  let isSame = true;
  try {
    for (const [mode, streams] of Object.entries(modes)) {
      const home = join(folder, mode);
      const bare = await outcomeOf(command, streams, home, false);
      const wrapped = await outcomeOf(command, streams, home, true);
      const found = differences(bare, wrapped);
      const verdict = found.length === 0 ? 'the same' : `${found.length} differ`;
      console.log(`${mode.padEnd(9)} ${verdict.padEnd(10)} ${summary(bare)}`);
      for (const { of, bare: left, wrapped: right } of found) {
        console.log(`  ${of}\n    bare     ${left}\n    wrapped  ${right}`);
      }
      isSame &&= found.length === 0;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return isSame;
}

async function outcomeOf(command: readonly string[], streams: Streams, home: string, wrapped: boolean) {
  const line = `cd ${quoted(process.cwd())}; exec $wrap ${command.map(quoted).join(' ')}`;
  const run = start({ line, wrapped, streams, home, environment: process.env });
  try {
    return await run.ended;
  } finally {
    run.cleanUp();
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function summary({ stdout, stderr, terminal, code, signal }: Outcome): string {
  const sizes = { stdout, stderr, terminal };
  const printed = Object.entries(sizes).flatMap(([name, bytes]) =>
    bytes.length > 0 ? [`${name} ${bytes.length} bytes`] : [],
  );
  return [...printed, signal ?? `exit ${String(code)}`].join(', ');
}
