import type { HttpBindings } from '@hono/node-server';
import { createRoute, type OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi';
import { problemAnswer } from './answers.ts';

/** The HTTP interface, to which each file in `routes/` adds its own. */
export type Api = OpenAPIHono<{ Bindings: HttpBindings }>;

export const problemResponse = {
  description: 'Why not',
  content: { 'application/json': { schema: problemAnswer } },
};

/**
 * A route that is asked with GET and answers with JSON.
 *
 * @param path as OpenAPI writes it: `/api/sessions/{id}/log`
 * @param request the schemas of its parameters
 */
export function route<Request extends RouteConfig['request']>(
  path: string,
  summary: string,
  schema: z.ZodType,
  request?: Request,
) {
  return createRoute({
    method: 'get' as const,
    path,
    summary,
    request: request as Request extends undefined ? object : Request,
    responses: { 200: { description: summary, content: { 'application/json': { schema } } }, default: problemResponse },
  });
}

/** A route that is sent JSON with POST and answers with JSON. */
export function postRoute<Body extends z.ZodType>(path: string, summary: string, schema: z.ZodType, body: Body) {
  return createRoute({
    method: 'post' as const,
    path,
    summary,
    request: { body: { required: true, content: { 'application/json': { schema: body } } } },
    responses: { 200: { description: summary, content: { 'application/json': { schema } } }, default: problemResponse },
  });
}
