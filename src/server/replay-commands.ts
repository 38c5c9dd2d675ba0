import { z } from '@hono/zod-openapi';
import { eventTypes } from '../domain/pattern.ts';
import { replaySpeeds } from '../domain/replay.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { badParameter } from './bad-parameter.ts';
import type { Problem } from './problem.ts';
import type { RequestId } from './replay-messages.ts';

const request_id = z.union([z.string().max(128), z.number()]).optional();
const timeUs = z.int().min(0);
const speed = z.union([z.number().min(replaySpeeds.slowest).max(replaySpeeds.fastest), z.literal('max')], {
  error: `is a number from ${replaySpeeds.slowest} to ${replaySpeeds.fastest}, or "max"`,
});

/** What a client may say to its replay. */
const command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ping'), request_id }),
  z.strictObject({ type: z.literal('pause'), request_id }),
  z.strictObject({ type: z.literal('resume'), request_id }),
  z.strictObject({ type: z.literal('speed'), request_id, speed }),
  z.strictObject({ type: z.literal('idle_limit'), request_id, idle_limit_us: timeUs.nullable() }),
  z
    .strictObject({
      type: z.literal('seek'),
      request_id,
      to_us: timeUs.optional(),
      event: z.int().min(1).optional(),
      next: z.enum(['any', ...eventTypes]).optional(),
    })
    .refine(({ to_us, event, next }) => [to_us, event, next].filter((each) => each !== undefined).length === 1, {
      error: 'takes one of to_us, event and next',
    }),
]);
export type ReplayCommand = z.infer<typeof command>;

/** The command in a message; what is wrong with it, for whoever calls it so. */
export function parseCommand(text: string): Result<ReplayCommand, Problem & { readonly requestId?: RequestId }> {
  const value = jsonIn(text);
  const parsed = command.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const requestId = request_id.safeParse(idIn(value)).data;
  const { message } = badParameter(parsed.error);
  return fail({ status: 400, code: 'bad_message', message, ...(requestId !== undefined && { requestId }) });
}

const idIn = (value: unknown) =>
  typeof value === 'object' && value !== null && 'request_id' in value ? value.request_id : undefined;

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
