import type { CommandResult, Refusal, SessionCommand } from '../domain/control.ts';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { SessionRow } from '../domain/rows.ts';
import { type CommandContext, withStore } from './command.ts';
import { json } from './output/json.ts';
import { printableLine } from '../domain/printable.ts';

/** Options of all commands to a session that runs. */
export const controlOptions = {
  as: { type: 'string', describe: 'Under which name it is recorded, and types [default: cli-<the shell>]' },
  json: { type: 'boolean', describe: 'Print what came of it as JSON' },
} as const;

export interface ControlOptions {
  readonly as?: string;
  readonly json?: boolean;
}

/** Asks the session's wrapper for one command. */
export type AskSession = (command: SessionCommand) => Promise<Result<CommandResult, Failure>>;

/**
 * Lets `act` command the session that the reference names, and prints what came of it.
 *
 * @param sentence says it for a person, in one line
 */
export function controlSession(
  context: CommandContext,
  reference: string,
  { as: name, json: asJson }: ControlOptions,
  act: (ask: AskSession) => Promise<Result<CommandResult, Failure>>,
  sentence: (result: CommandResult) => string,
): Promise<number> {
  const { terminal, paths } = context;
  return withStore(context, async (reader) => {
    const session = reader.findSession(reference);
    if (!session.ok) return session;
    const { commandSession } = await import('../command-session.ts');
    // Commands of one shell, or of one script, are one client's.
    const by = { name: name ?? `cli-${process.ppid}`, via: 'cli', pid: process.pid } as const;
    const outcome = await act(async (command) => {
      const answer = await commandSession(paths, { session: session.value.session_id, by, command });
      return answer.ok ? answer : fail(failureOf(answer.failure, session.value));
    });
    if (!outcome.ok) return outcome;
    await terminal.write(asJson === true ? json(outcome.value) : `${printableLine(sentence(outcome.value))}\n`);
    return ok(0);
  });
}

function failureOf({ message }: Refusal, { session_id, agent_name }: SessionRow): Failure {
  return { reason: 'command-refused', message: `${agent_name} ${session_id}: ${message}` };
}
