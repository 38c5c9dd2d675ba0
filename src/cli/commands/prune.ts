import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Failure, exitCodes } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Pruning, Retention } from '../../domain/retention.ts';
import { isSystemError } from '../../domain/system-error.ts';
import type { PruningChoice } from '../../plan-pruning.ts';
import type { Pruner } from '../../prune.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import type { Column } from '../output/column.ts';
import { listing } from '../output/listing.ts';
import { sizeText } from '../output/size-text.ts';
import { timeText } from '../output/times.ts';
import { parseSize } from '../parse-size.ts';
import { readingOptions } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

const unlimited = { maxAgeDays: Infinity, recordingsMaxAgeDays: Infinity, maxTotalBytes: Infinity };

export const pruneCommand = defineCommand({
  name: 'prune',
  describe: 'Delete what is too old or too much, by the limits of the config file or those given here',
  operands: [],
  options: {
    'dry-run': { type: 'boolean', describe: 'Only show what would be deleted' },
    'older-than': { type: 'string', describe: 'Sessions that ended before: 90d, 12h' },
    'max-size': { type: 'string', describe: 'The oldest, until the rest takes no more than 5GB, 500MB' },
    agent: readingOptions.agent,
    'recordings-only': { type: 'boolean', describe: 'Only recordings; events stay' },
    archive: { type: 'string', describe: 'Write each recording to a file in this folder before it is deleted' },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong prune --dry-run', 'what the limits of the config file would delete now'],
    ['ridealong prune --older-than 30d --recordings-only', 'keep the events, let the raw output go'],
    ['ridealong prune --archive ~/archive', 'ridealong import takes the files back'],
  ],
  async run(options, _operands, context) {
    const { terminal } = context;
    const limits = limitsOf(options);
    if (!limits.ok) return refuse(terminal, limits.failure);
    const retention = limits.value ?? (await retentionOfConfig(context));
    if (retention === undefined) return exitCodes.failure;
    // What was not extracted yet comes first: a recording must not go before its events were found.
    const recovered = await context.openStore();
    if (!recovered.ok) return refuse(terminal, recovered.failure);
    recovered.value.close();
    const asJson = options.json === true;
    const choice = {
      retention,
      nowMs: context.now.getTime(),
      ...(options.agent !== undefined && { agent: options.agent }),
      recordingsOnly: options['recordings-only'] === true,
    };
    const archive = options.archive === undefined ? {} : { archive: resolve(options.archive) };
    return pruneBy(choice, { isDryRun: options['dry-run'] === true, asJson, ...archive }, context);
  },
});

async function pruneBy(
  choice: PruningChoice,
  { isDryRun, asJson, archive }: { readonly isDryRun: boolean; readonly asJson: boolean; readonly archive?: string },
  { terminal, paths }: CommandContext,
): Promise<number> {
  const { prune, reclaimSpace, whatToPrune } = await import('../../prune.ts');
  const { openPruner } = await import('../../store/open-pruner.ts');
  const opened = openPruner(paths.database);
  if (!opened.ok) return refuse(terminal, opened.failure);
  const pruner = {
    paths,
    store: opened.value,
    isOver: () => false,
    ...(archive !== undefined && { archive: await archiverTo(archive, paths.recordings) }),
  };
  try {
    const plan = whatToPrune(pruner, choice);
    if (!plan.ok) return refuse(terminal, plan.failure);
    let gone: readonly Pruning[] = plan.value;
    if (!isDryRun) {
      const done: Pruning[] = [];
      for await (const { pruning, outcome } of prune(plan.value, pruner)) {
        if (outcome.ok) done.push(pruning);
        else refuse(terminal, outcome.failure);
      }
      gone = done;
      const reclaimed = await reclaimSpace(pruner);
      if (!reclaimed.ok) return refuse(terminal, reclaimed.failure);
    }
    await terminal.write(listing(columns(terminal.isTerminal), gone.map(rowOf), { json: asJson, terminal }));
    const bytes = gone.reduce((sum, pruning) => sum + pruning.bytes, 0);
    const verb = isDryRun ? 'would free' : 'freed';
    const summary = plan.value.length === 0 ? 'nothing is to be deleted' : `${verb} about ${sizeText(bytes)}`;
    if (terminal.isTerminal && !asJson) await terminal.write(`${summary}\n`);
    return gone.length === plan.value.length ? 0 : exitCodes.failure;
  } finally {
    opened.value.close();
  }
}

/** What writes a session's recording to a file of its name in this folder. */
async function archiverTo(folder: string, recordings: string): Promise<NonNullable<Pruner['archive']>> {
  const { recordingFolder } = await import('../../recording/folder.ts');
  const { writeArchive } = await import('../../recording/write-archive.ts');
  return (sessionId) => {
    const file = join(folder, `${sessionId}.tar.gz`);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeArchive(recordingFolder(recordings, sessionId), file);
      return ok(undefined);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return fail({ reason: 'recording-unwritable', message: `${sessionId} was left alone: ${error.message}` });
    }
  };
}

/** The limits of the command line alone; undefined where it gives none. */
function limitsOf(options: {
  readonly agent?: string;
  readonly 'older-than'?: string;
  readonly 'max-size'?: string;
}): Result<Retention | undefined, Failure> {
  const { agent, 'older-than': age, 'max-size': size } = options;
  if (age === undefined && size === undefined) return ok(undefined);
  const maxAgeDays = age === undefined ? Infinity : daysOf(age);
  if (maxAgeDays === undefined) return usage(`--older-than takes days or hours such as 90d or 12h, not "${age ?? ''}"`);
  const maxTotalBytes = size === undefined ? Infinity : parseSize(size);
  if (maxTotalBytes === undefined) return usage(`--max-size takes a size such as 5GB or 500MB, not "${size ?? ''}"`);
  // Of one agent it is this agent's part that is limited.
  if (agent !== undefined) return ok({ ...unlimited, maxAgeDays, agents: { [agent]: { maxTotalBytes } } });
  return ok({ ...unlimited, maxAgeDays, maxTotalBytes, agents: {} });
}

function daysOf(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})([dh])$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) / (unit === 'h' ? 24 : 1);
}

/** Undefined, and told why, where the config file is not understood: its defaults may delete too much. */
async function retentionOfConfig({ terminal, paths }: CommandContext): Promise<Retention | undefined> {
  const { loadConfig } = await import('../../load-config.ts');
  const { settings, complaints } = loadConfig(paths.config);
  for (const { file, line, column, message } of complaints) terminal.complain(`${file}:${line}:${column}: ${message}`);
  return complaints.length === 0 ? settings.retention : undefined;
}

/** For a program, by the names of the store's columns. */
interface PrunedRow {
  readonly session_id: string;
  readonly agent_name: string;
  /** When it ended, or was imported. */
  readonly kept_since: string;
  readonly deleted: Pruning['what'];
  readonly because: Pruning['because'];
  readonly bytes: number;
}

function columns(forPerson: boolean): Column<PrunedRow>[] {
  return [
    { header: 'session', value: (row) => row.session_id },
    { header: 'agent', value: (row) => row.agent_name, shrinkTo: 8 },
    { header: 'kept since', value: (row) => timeText(row.kept_since, forPerson) },
    { header: 'deleted', value: (row) => row.deleted },
    { header: 'because of', value: (row) => row.because },
    { header: 'about', value: (row) => sizeText(row.bytes), align: 'right' },
  ];
}

function rowOf({ session, what, because, bytes }: Pruning): PrunedRow {
  const { sessionId: session_id, agent: agent_name, keptSinceMs } = session;
  return { session_id, agent_name, kept_since: new Date(keptSinceMs).toISOString(), deleted: what, because, bytes };
}

const usage = (message: string) =>
  fail<Failure>({ reason: 'usage', message: `${message}; see ridealong prune --help` });
