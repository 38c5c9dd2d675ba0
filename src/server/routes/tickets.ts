import type { IncomingMessage } from 'node:http';
import { createRoute, z } from '@hono/zod-openapi';
import { type Admission, lacking } from '../access.ts';
import { ticketAnswer, ticketBody } from '../command-schemas.ts';
import { json, refuse } from '../reply.ts';
import { type Api, problemResponse } from '../route.ts';
import { cookieName, type Tickets } from '../tickets.ts';

export interface TicketParts {
  readonly tickets: Tickets;
  readonly admissionOf: (request: IncomingMessage) => Admission;
  /** The port that cookies are for. */
  readonly port: () => number;
}

const issue = createRoute({
  method: 'post',
  path: '/api/tickets',
  summary: 'A ticket by which a browser gets a cookie, once and within a minute',
  request: { body: { required: true, content: { 'application/json': { schema: ticketBody } } } },
  responses: {
    200: { description: 'The ticket', content: { 'application/json': { schema: ticketAnswer } } },
    default: problemResponse,
  },
});

const redeem = createRoute({
  method: 'get',
  path: '/ticket/{ticket}',
  summary: 'Turns a ticket into a cookie, which no page can read',
  security: [],
  request: { params: z.object({ ticket: z.string().max(64) }) },
  responses: { 303: { description: 'The cookie, and on to the first page' }, default: problemResponse },
});

/** How pages get in, which can keep no token. */
export function addTickets(api: Api, { tickets, admissionOf, port }: TicketParts): void {
  api.openapi(issue, (context) => {
    const { scope = 'read' } = context.req.valid('json');
    const problem = lacking(admissionOf(context.env.incoming), scope);
    if (problem) return refuse(problem);
    const { ticket, expiresAt } = tickets.issue(scope);
    return json({ ticket, scope, path: `/ticket/${ticket}`, expires_at: expiresAt });
  });

  api.openapi(redeem, (context) => {
    const redeemed = tickets.redeem(context.req.valid('param').ticket);
    if (!redeemed) {
      return refuse({ status: 403, code: 'ticket_void', message: 'the ticket was used already, or is too old' });
    }
    const { cookie, maxAgeSeconds } = redeemed;
    const attributes = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`;
    const headers = { location: '/', 'set-cookie': `${cookieName(port())}=${cookie}; ${attributes}` };
    return new Response(null, { status: 303, headers });
  });
}
