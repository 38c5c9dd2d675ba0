import { exitCodes } from '../../domain/failure.ts';
import type { ImportOutcome } from '../../import.ts';
import { defineCommand } from '../command.ts';
import { json } from '../output/json.ts';
import { printableLine } from '../../domain/printable.ts';
import { readingOptions } from '../reading-options.ts';
import { refuse } from '../terminal.ts';
import { agentNameOf } from '../wrap-arguments.ts';

export const importCommand = defineCommand({
  name: 'import',
  describe: 'Make sessions of recordings that other programs made',
  operands: [
    {
      usage: '<files..>',
      describe:
        "asciicast, log of `script` with its timing behind it, an agent's transcript (JSONL), any log, " +
        'or what `ridealong prune --archive` has written',
    },
  ],
  options: {
    agent: { type: 'string', describe: "The agent's name; by what the file tells when absent" },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong import demo.cast', 'what asciinema recorded'],
    ['ridealong import typescript timing', 'what `script --log-out typescript --log-timing timing` recorded'],
    ['ridealong import --agent claude ~/.claude/projects/*/*.jsonl', 'transcripts that Claude Code kept'],
  ],
  async run(options, files, { terminal, paths }) {
    const [{ importFiles }, { packsOfToday }, { openStore }] = await Promise.all([
      import('../../import.ts'),
      import('../../session-packs.ts'),
      import('../../store/open-store.ts'),
    ]);
    const opened = openStore(paths);
    if (!opened.ok) return refuse(terminal, opened.failure);
    const store = opened.value;
    const outcomes: ImportOutcome[] = [];
    try {
      for await (const outcome of importFiles(files, {
        paths,
        store,
        packsOf: packsOfToday,
        ...(options.agent !== undefined && { agent: options.agent }),
        agentNameOf,
        workingDirectory: process.cwd(),
      })) {
        outcomes.push(outcome);
        for (const complaint of complaintsOf(outcome)) terminal.complain(complaint);
        if (options.json !== true && outcome.kind !== 'failed') await terminal.write(lineOf(outcome));
      }
    } finally {
      store.close();
    }
    if (options.json === true) await terminal.write(json(outcomes.map(rowOf)));
    return outcomes.some(({ kind }) => kind === 'failed') ? exitCodes.failure : 0;
  },
});

function complaintsOf(outcome: ImportOutcome): readonly string[] {
  switch (outcome.kind) {
    case 'known':
      return [];
    case 'failed':
      return [outcome.message];
    case 'imported':
      return [
        ...(outcome.cutAt === undefined ? [] : [`${outcome.cutAt}: cut off here; what is whole was imported`]),
        ...outcome.troubles,
      ];
  }
}

function lineOf(outcome: Exclude<ImportOutcome, { kind: 'failed' }>): string {
  const what =
    outcome.kind === 'known'
      ? `already imported as ${outcome.sessionId}`
      : `imported as ${outcome.session.id} (${outcome.session.agent})`;
  return `${printableLine(outcome.file)}: ${what}\n`;
}

/** An outcome for a program, by the names of the store's columns. */
function rowOf(outcome: ImportOutcome) {
  const { kind, file } = outcome;
  switch (kind) {
    case 'imported':
      return { file, outcome: kind, session_id: outcome.session.id, agent_name: outcome.session.agent };
    case 'known':
      return { file, outcome: kind, session_id: outcome.sessionId };
    case 'failed':
      return { file, outcome: kind, message: outcome.message };
  }
}
