import { controlLevels } from '../domain/control.ts';
import { storageModes } from '../domain/mode.ts';
import { verdictNames } from '../domain/state.ts';
import type { OptionSpecs } from './option-spec.ts';

const shared = {
  agent: { type: 'string', describe: "The agent's name; taken from the command when absent" },
  patterns: { type: 'string', multiple: true, describe: 'Use the patterns of this file, too (repeatable)' },
  'drain-timeout': {
    type: 'string',
    describe: 'How long to wait for extraction after the end: 2, 2s, 500ms (default: 2s)',
  },
  'no-serve': { type: 'boolean', describe: 'Do not serve events to other programs while it runs' },
  'no-redact': { type: 'boolean', describe: 'Leave secrets in the recording and in what is made of it' },
  mode: {
    type: 'string',
    describe: 'What is done with the output: extracted and stored, recorded only, or only passed on [default: full]',
    choices: storageModes,
  },
  help: { type: 'boolean', short: 'h', describe: 'Show help' },
} as const satisfies OptionSpecs;

/** Options of a wrapping run; they stand before the command. */
export const wrapOptions = {
  ...shared,
  pty: { type: 'boolean', describe: 'Give the command a terminal, whatever ours are' },
  'no-pty': { type: 'boolean', describe: 'Give the command pipes, whatever ours are' },
  'fail-on': {
    type: 'string',
    multiple: true,
    describe: 'Exit 70 after one of these verdicts when the command exits 0 (with commas between them)',
    choices: verdictNames,
  },
  'kill-after': {
    type: 'string',
    describe: 'Kill the command when it has been hung or stalled for so long: 90s, 10m, up to 24h',
  },
  control: {
    type: 'string',
    describe:
      'What `ridealong send`, `pause` and others may do to it: `input` also types and answers [default: process]',
    choices: controlLevels,
  },
  lease: { type: 'string', describe: 'Run only while nobody else runs under the lease of this name' },
  'lease-wait': { type: 'string', describe: 'Wait so long for a lease that is held: 30s, 10m, up to 24h' },
  version: { type: 'boolean', describe: 'Show the version' },
} as const satisfies OptionSpecs;

/** Options of `ridealong pipe`. */
export const pipeOptions = shared satisfies OptionSpecs;
