import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { differences } from './differences.ts';
import { type Outcome, type Run, type Streams, start } from './start.ts';

/** The two modes of wrapping, by what leads to them. */
export type { Streams };
export const inPipes: Streams = { stdin: 'null', stdout: 'pipe', stderr: 'pipe' };
export const inTerminal: Streams = { stdin: 'terminal', stdout: 'terminal', stderr: 'terminal' };
export const inBoth = [inPipes, inTerminal] as const;

/** One thing that must be the same with and without us. */
export interface Case {
  readonly name: string;
  /** For bash; `$wrap` is where we stand, or nothing. */
  readonly line: string;
  /** Default: once with pipes, once in a terminal. */
  readonly streams?: Streams | readonly Streams[];
  /** What the user does meanwhile. */
  readonly play?: (run: Run) => Promise<void> | void;
  /** What is found in the output both times: equal must not mean equally wrong. */
  readonly prints?: string | RegExp;
  readonly ends?: Partial<Pick<Outcome, 'code' | 'signal'>>;
  /** What we alone print, behind the command's own output to the terminal. */
  readonly adds?: string;
  /** We leave the terminal as it was before, though the command did not. */
  readonly restoresSettings?: boolean;
  /** Why it is not so: a case that is known to fail, and complains once it does not. */
  readonly doesNotHold?: string;
  /** What may differ (process ids), and is taken out before the comparison. */
  readonly ignores?: RegExp;
}

export function conform(topic: string, cases: readonly Case[]): void {
  describe(topic, () => {
    for (const one of cases) {
      for (const streams of [one.streams ?? inBoth].flat()) {
        const test = one.doesNotHold === undefined ? it : it.fails;
        test(`${one.name} (${namesOf(streams)})`, () => compare(one, streams), 60_000);
      }
    }
  });
}

async function compare(one: Case, streams: Streams): Promise<void> {
  const folder = temporaryFolder();
  const bare = await outcomeOf(one, streams, false, folder);
  const wrapped = await outcomeOf(one, streams, true, folder);
  const expected = {
    ...bare,
    terminal: Buffer.concat([bare.terminal, Buffer.from(one.adds ?? '')]),
    settings: one.restoresSettings === true ? bare.settingsBefore : bare.settings,
  };
  expect(differences(expected, wrapped)).toEqual([]);
  const printed = Buffer.concat([bare.stdout, bare.stderr, bare.terminal]).toString().replaceAll('\r\n', '\n');
  if (one.prints !== undefined) expect(printed).toMatch(one.prints);
  if (one.ends !== undefined) expect(bare).toMatchObject(one.ends);
}

async function outcomeOf({ line, play, ignores }: Case, streams: Streams, wrapped: boolean, folder: string) {
  const run = begin({ line, streams, wrapped, folder });
  await play?.(run);
  const outcome = await run.ended;
  run.cleanUp();
  if (ignores === undefined) return outcome;
  const cleaned = (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace(ignores, ''), 'latin1');
  return {
    ...outcome,
    terminal: cleaned(outcome.terminal),
    stdout: cleaned(outcome.stdout),
    stderr: cleaned(outcome.stderr),
  };
}

/** Starts a line that goes with the test. */
export function begin(options: { line: string; streams: Streams; wrapped: boolean; folder?: string }): Run {
  const run = start({ ...options, home: join(options.folder ?? temporaryFolder(), 'home') });
  run.ended.catch(() => undefined);
  onTestFinished(() => run.cleanUp());
  return run;
}

function namesOf({ stdin, stdout, stderr }: Streams): string {
  if (stdout === 'terminal' && stdin === 'terminal' && stderr === 'terminal') return 'terminal';
  return `${stdin} > ${stdout}, ${stderr}`;
}
