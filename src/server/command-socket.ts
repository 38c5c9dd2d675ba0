import type { IncomingMessage } from 'node:http';
import { commandBy, readCommandMessage } from './commanding.ts';
import type { Notice } from './notices.ts';
import { type Problem, problemBody } from './problem.ts';
import { type CommandParts, peerOf } from './routes/commands.ts';

/** Of one connection, whose answers are awaited. */
const maxPending = 16;

const tooMany: Problem = { status: 503, code: 'too_many_commands', message: `${maxPending} commands wait already` };

/** Takes the commands that come over one WebSocket, and tells what came of each. */
export function createCommandSocket(
  { commandSession, admissionOf }: CommandParts,
  request: IncomingMessage,
  notify: (notice: Notice) => void,
): (message: object) => void {
  const admission = admissionOf(request);
  const asker = { via: 'websocket', ...peerOf(request) } as const;
  let pending = 0;

  async function take(message: object): Promise<void> {
    const read = readCommandMessage(message);
    if (!read.ok) {
      const id = 'request_id' in message && typeof message.request_id === 'string' ? message.request_id : null;
      refuse(id, read.failure);
      return;
    }
    const { request_id, session, body } = read.value;
    if (pending >= maxPending) {
      refuse(request_id, tooMany, session);
      return;
    }
    pending += 1;
    const outcome = await commandBy(commandSession, session, body, { asker, admission });
    pending -= 1;
    if (outcome.ok) notify({ type: 'result', request_id, session_id: session, result: outcome.value });
    else refuse(request_id, outcome.failure, session);
  }

  function refuse(request_id: string | null, problem: Problem, session?: string) {
    const { error } = problemBody(problem);
    notify({ type: 'error', request_id, ...error, ...(session !== undefined && { session_id: session }) });
  }

  return (message) => void take(message);
}
