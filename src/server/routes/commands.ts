import type { IncomingMessage } from 'node:http';
import { createRoute } from '@hono/zod-openapi';
import type { Admission } from '../access.ts';
import { commandAnswer, commandBody } from '../command-schemas.ts';
import { type CommandSession, commandBy } from '../commanding.ts';
import * as parameters from '../parameters.ts';
import { json, refuse } from '../reply.ts';
import { type Api, problemResponse } from '../route.ts';

export interface CommandParts {
  readonly commandSession: CommandSession;
  readonly admissionOf: (request: IncomingMessage) => Admission;
}

const commands = createRoute({
  method: 'post',
  path: '/api/sessions/{id}/commands',
  summary: 'Does something to a session that runs, and answers when it has taken effect',
  request: {
    params: parameters.sessionParameters,
    body: { required: true, content: { 'application/json': { schema: commandBody } } },
  },
  responses: {
    200: { description: 'What came of it', content: { 'application/json': { schema: commandAnswer } } },
    default: problemResponse,
  },
});

/** Commands to sessions that run. */
export function addCommands(api: Api, { commandSession, admissionOf }: CommandParts): void {
  api.openapi(commands, async (context) => {
    const { id: session_id } = context.req.valid('param');
    const body = context.req.valid('json');
    const { incoming } = context.env;
    const outcome = await commandBy(commandSession, session_id, body, {
      asker: { via: 'http', ...peerOf(incoming) },
      admission: admissionOf(incoming),
    });
    if (!outcome.ok) return refuse(outcome.failure);
    return json({ request_id: body.request_id ?? null, session_id, result: outcome.value });
  });
}

/** Where a request comes from; nothing for one over our own socket. */
export function peerOf({ socket }: IncomingMessage): { readonly peer?: string } {
  const { remoteAddress, remotePort } = socket;
  return remoteAddress === undefined || remotePort === undefined ? {} : { peer: `${remoteAddress}:${remotePort}` };
}
