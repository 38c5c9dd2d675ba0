import { defaultGuard, storageModes } from '../../domain/mode.ts';
import type { Failure } from '../../domain/failure.ts';
import { exitCodes } from '../../domain/failure.ts';
import { fail, type Result } from '../../domain/result.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { parseDuration } from '../duration.ts';
import { json } from '../output/json.ts';
import { storageText } from '../output/storage-text.ts';
import { readingOptions } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

const longestTtlMs = 30 * 24 * 3_600_000;
const defaultTtl = '300s';

export const modeStatusCommand = defineCommand({
  name: 'mode status',
  describe: 'Show whether output is recorded and stored now, and if not, why, and until when',
  operands: [],
  options: { json: readingOptions.json },
  examples: [['ridealong mode status --json', 'for a program']],
  async run(options, _operands, context) {
    const { readStorageStatus } = await import('../../storage-status.ts');
    const status = readStorageStatus(context.paths, context.now.getTime());
    const { terminal } = context;
    await terminal.write(options.json === true ? json(status) : storageText(status, terminal.isTerminal));
    return 0;
  },
});

export const modeForceCommand = defineCommand({
  name: 'mode force',
  describe: 'Force a mode on all sessions, for a while: full, record (nothing is stored), passthrough (nor recorded)',
  operands: [{ usage: '<mode>', describe: 'full, record or passthrough' }],
  options: {
    reason: { type: 'string', describe: 'Why, for who reads the status' },
    ttl: { type: 'string', describe: `For how long: 300 (seconds), 10m, up to 720h [default: ${defaultTtl}]` },
    json: readingOptions.json,
  },
  examples: [['ridealong mode force record --reason "moving the disk" --ttl 10m', 'leave the database alone']],
  async run({ reason = 'no reason given', ttl = defaultTtl, ...options }, [word = ''], context) {
    const mode = storageModes.find((each) => each === word);
    const names = storageModes.join(', ');
    if (mode === undefined)
      return usage(context, `mode takes ${names}, not "${word}"${didYouMean(word, storageModes)}`);
    const ttlMs = parseDuration(ttl, longestTtlMs) ?? 0;
    if (ttlMs === 0)
      return usage(context, `--ttl takes seconds or a time such as 300 or 10m, up to 720h, not "${ttl}"`);
    const { forceMode } = await import('../../storage-mode.ts');
    return changed(context, forceMode(context.paths, { mode, reason, ttlMs }), options);
  },
});

export const modeClearCommand = defineCommand({
  name: 'mode clear',
  describe: 'Force nothing any more',
  operands: [],
  options: { json: readingOptions.json },
  examples: [['ridealong mode clear', 'go back to the mode of the config file']],
  async run(options, _operands, context) {
    const { clearMode } = await import('../../storage-mode.ts');
    return changed(context, clearMode(context.paths), options);
  },
});

export const modeResetCommand = defineCommand({
  name: 'mode reset',
  describe: 'Force nothing any more, and count failures and changes from 0',
  operands: [],
  options: { json: readingOptions.json },
  examples: [['ridealong mode reset', 'as if nothing had been']],
  async run(options, _operands, context) {
    const { resetMode } = await import('../../storage-mode.ts');
    return changed(context, resetMode(context.paths), options);
  },
});

export const modeProbeCommand = defineCommand({
  name: 'mode probe',
  describe: 'Look the database through and try it now; a damaged one is set aside and built anew from the recordings',
  operands: [],
  options: { json: readingOptions.json },
  examples: [['ridealong mode probe', 'after a full disk was cleared']],
  async run(options, _operands, context) {
    const { terminal, paths } = context;
    const { probeStore, setAsideText } = await import('../../probe-store.ts');
    const probed = probeStore(paths, { suspicion: 'left-open', forcedMs: defaultGuard.forcedMs });
    if (probed === 'taken') {
      return refuse(terminal, { reason: 'database-busy', message: 'another process tries the database just now' });
    }
    if (!probed.ok) return refuse(terminal, probed.failure);
    const { setAsideAs = null } = probed.value;
    if (setAsideAs !== null) terminal.complain(setAsideText(paths.database, setAsideAs));
    const { recover } = await import('../../recover.ts');
    const failures = await recover(paths);
    for (const { message } of failures) terminal.complain(message);
    await terminal.write(options.json === true ? json({ set_aside_as: setAsideAs }) : 'the database works\n');
    return failures.length === 0 ? 0 : exitCodes.failure;
  },
});

async function changed(
  context: CommandContext,
  outcome: Result<unknown, Failure>,
  options: { readonly json?: boolean },
): Promise<number> {
  return outcome.ok ? modeStatusCommand.run(options, [], context) : refuse(context.terminal, outcome.failure);
}

function usage({ terminal }: CommandContext, message: string): number {
  const { failure } = fail<Failure>({ reason: 'usage', message: `${message}; see ridealong mode force --help` });
  return refuse(terminal, failure);
}
