import type { z } from '@hono/zod-openapi';
import {
  type Actor,
  type CommandResult,
  type Refusal,
  type RefusalCode,
  type SessionCommand,
  scopeOf,
} from '../domain/control.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Admission, lacking } from './access.ts';
import { badParameter } from './bad-parameter.ts';
import { commandBody, commandEnvelope } from './command-schemas.ts';
import type { Problem } from './problem.ts';

/** Hands a command to the wrapper of a session, and tells what came of it. */
export type CommandSession = (what: {
  readonly session: string;
  readonly by: Actor;
  readonly command: SessionCommand;
}) => Promise<Result<CommandResult, Refusal>>;

/** What is known of whoever asks, beside the name it gives itself. */
export type Asker = Omit<Actor, 'name'>;

/** Carries out a command that was validated, if the scope allows it. */
export async function commandBy(
  commandSession: CommandSession,
  session: string,
  body: z.infer<typeof commandBody>,
  { asker, admission }: { readonly asker: Asker; readonly admission: Admission },
): Promise<Result<CommandResult, Problem>> {
  const problem = lacking(admission, scopeOf(body.command));
  if (problem) return fail(problem);
  const outcome = await commandSession({
    session,
    by: { name: body.by ?? asker.via, ...asker },
    command: without(['request_id', 'by'], body) as SessionCommand,
  });
  return outcome.ok ? outcome : fail(problemOfRefusal(outcome.failure));
}

/** A command as it comes over a WebSocket, where it names its session. */
export interface CommandMessage {
  readonly request_id: string;
  readonly session: string;
  readonly body: z.infer<typeof commandBody>;
}

export function readCommandMessage(message: object): Result<CommandMessage, Problem> {
  const envelope = commandEnvelope.safeParse(message);
  if (!envelope.success) return fail(badParameter(envelope.error));
  const { request_id, session } = envelope.data;
  const body = commandBody.safeParse(without(['type', 'session'], envelope.data));
  return body.success ? ok({ request_id, session, body: body.data }) : fail(badParameter(body.error));
}

/** The members that have other names than these, and values. */
function without(names: readonly string[], members: object): object {
  return Object.fromEntries(
    Object.entries(members).filter(([name, value]) => !names.includes(name) && value !== undefined),
  );
}

function problemOfRefusal({ code, ...rest }: Refusal): Problem {
  return { status: statusOf(code), code, ...rest };
}

function statusOf(code: RefusalCode): Problem['status'] {
  switch (code) {
    case 'bad_command':
      return 400;
    case 'control_off':
      return 403;
    case 'session_not_found':
      return 404;
    case 'not_running':
    case 'input_not_ours':
    case 'lease_held':
    case 'screen_moved_on':
    case 'already_answered':
    case 'unknown_option':
    case 'no_effect':
      return 409;
    case 'not_answering':
    case 'unreachable':
      return 503;
  }
}
