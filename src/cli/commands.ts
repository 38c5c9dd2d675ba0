import { type Paths, pathsFrom } from '../domain/config.ts';
import type { Command } from './command.ts';
import { approveCommand, denyCommand } from './commands/answer.ts';
import { backupCommand } from './commands/backup.ts';
import { checkCommand } from './commands/check.ts';
import { codeCommand } from './commands/code.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eventsCommand } from './commands/events.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { logsCommand } from './commands/logs.ts';
import { killCommand } from './commands/kill.ts';
import {
  modeClearCommand,
  modeForceCommand,
  modeProbeCommand,
  modeResetCommand,
  modeStatusCommand,
} from './commands/mode.ts';
import { patternsCheckCommand } from './commands/patterns-check.ts';
import { patternsListCommand } from './commands/patterns-list.ts';
import { patternsTryCommand } from './commands/patterns-try.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { pruneCommand } from './commands/prune.ts';
import { queryCommand } from './commands/query.ts';
import { reindexCommand } from './commands/reindex.ts';
import { replayCommand } from './commands/replay.ts';
import { restoreCommand } from './commands/restore.ts';
import { searchCommand } from './commands/search.ts';
import { sendCommand } from './commands/send.ts';
import { serveCommand } from './commands/serve.ts';
import { sessionsCommand } from './commands/sessions.ts';
import { showCommand } from './commands/show.ts';
import { statsCommand } from './commands/stats.ts';
import { tailCommand } from './commands/tail.ts';
import { vacuumCommand } from './commands/vacuum.ts';
import { expectedValue } from './expected-value.ts';
import type { CommandGroup, Completer } from './program.ts';
import { completionRequest, readWords } from './read-words.ts';
import { processTerminal, refuse } from './terminal.ts';

const patterns: CommandGroup = {
  name: 'patterns',
  describe: 'List, check and try patterns',
  commands: [patternsListCommand, patternsCheckCommand, patternsTryCommand],
};

const mode: CommandGroup = {
  name: 'mode',
  describe: 'Show and change whether output is recorded and stored',
  commands: [modeStatusCommand, modeForceCommand, modeClearCommand, modeProbeCommand, modeResetCommand],
};

const commands: readonly (Command | CommandGroup)[] = [
  sessionsCommand,
  showCommand,
  eventsCommand,
  codeCommand,
  logsCommand,
  searchCommand,
  statsCommand,
  queryCommand,
  tailCommand,
  replayCommand,
  exportCommand,
  serveCommand,
  sendCommand,
  pauseCommand,
  resumeCommand,
  killCommand,
  approveCommand,
  denyCommand,
  patterns,
  mode,
  reindexCommand,
  importCommand,
  pruneCommand,
  backupCommand,
  restoreCommand,
  vacuumCommand,
  checkCommand,
  doctorCommand,
];

/** Runs the command that the words name. @returns the exit code */
export async function runCommand(words: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  const paths = pathsFrom(process.env, process.cwd());
  const read = await readWords(words, commands, {
    complete: await completerFor(words, paths),
    columns: terminal.columns,
  });
  if (!read.ok) return refuse(terminal, read.failure);
  if (read.value.kind === 'print') {
    await terminal.write(read.value.text);
    return 0;
  }
  const { command, options, operands } = read.value;
  // A store that turns out to be damaged is opened twice; what cannot be recovered is told once.
  const told = new Set<string>();
  const complainOnce = (message: string) => {
    if (!told.has(message)) terminal.complain(message);
    told.add(message);
  };
  return command.run(options, operands, {
    terminal,
    paths,
    now: new Date(),
    async openStore(found) {
      const { openStore } = await import('./open-store.ts');
      return openStore(paths, complainOnce, found);
    },
  });
}

/** Opens the store only when the shell asks for completions. */
async function completerFor(words: readonly string[], paths: Paths): Promise<Completer> {
  if (words[0] !== completionRequest) return () => undefined;
  const { openReader } = await import('../store/open-reader.ts');
  return (typed) => {
    const expected = expectedValue(typed, commands);
    if (expected !== 'session') return expected;
    const reader = openReader(paths.database);
    const sessions = reader.ok ? reader.value.sessions({ limit: 50 }) : reader;
    if (reader.ok) reader.value.close();
    return sessions.ok ? sessions.value.map(({ session_id }) => session_id) : [];
  };
}
