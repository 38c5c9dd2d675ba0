import type { Worker } from 'node:worker_threads';
import { createRoute, z } from '@hono/zod-openapi';
import type { ExportFormat } from '../../domain/export.ts';
import { sentAlready } from '../event-stream.ts';
import * as parameters from '../parameters.ts';
import type { Problem } from '../problem.ts';
import type { ReplayHub } from '../replay-hub.ts';
import { refuse } from '../reply.ts';
import { type Api, problemResponse } from '../route.ts';
import { sendExport } from '../send-export.ts';

/** Starts a thread that makes an export, of a session that is there. */
export type StartExport = (session: string, format: ExportFormat) => Worker;

const maxExports = 2;
const busy: Problem = { status: 503, code: 'busy', message: 'other exports are being made; try again' };

const types: Readonly<Record<ExportFormat, readonly [type: string, ending: string]>> = {
  json: ['application/json', 'json'],
  jsonl: ['application/jsonl', 'jsonl'],
  csv: ['text/csv; charset=utf-8; header=present', 'csv'],
  har: ['application/json', 'har'],
  asciicast: ['application/x-asciicast', 'cast'],
  html: ['text/html; charset=utf-8', 'html'],
  md: ['text/markdown; charset=utf-8', 'md'],
};

const exportRoute = createRoute({
  method: 'get',
  path: '/api/sessions/{id}/export',
  summary: 'A whole session in a format that other programs read',
  request: { params: parameters.sessionParameters, query: parameters.exportQuery },
  responses: {
    200: {
      description: 'A file, sent as it is made',
      content: Object.fromEntries(
        Object.values(types).map(([type]) => [type.split(';')[0] ?? type, { schema: z.string() }]),
      ),
    },
    default: problemResponse,
  },
});

export function addExports(api: Api, parts: { readonly replays: ReplayHub; readonly startExport: StartExport }): void {
  let running = 0;
  api.openapi(exportRoute, async (context) => {
    const { id } = context.req.valid('param');
    const { format } = context.req.valid('query');
    const head = await parts.replays.head(id);
    if (!head.ok) return refuse(head.failure);
    if (running >= maxExports) return refuse(busy);
    running += 1;
    const { outgoing } = context.env;
    const [type, ending] = types[format];
    // Never opened where it comes from: a page of ours would have our origin.
    const disposition = `attachment; filename="${id}.${ending}"`;
    outgoing.writeHead(200, { 'content-type': type, 'content-disposition': disposition });
    sendExport(parts.startExport(id, format), outgoing, () => (running -= 1));
    return sentAlready();
  });
}
