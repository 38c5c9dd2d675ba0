import { z } from '@hono/zod-openapi';
import {
  type CommandResult,
  clientName,
  controlLevels,
  controlSignals,
  type Lease,
  maxInputBytes,
  maxOptionLength,
  type Prompt,
  promptHash,
  scopes,
} from '../domain/control.ts';
import { sessionModes, sessionStates } from '../domain/session.ts';
import { sessionParameters } from './parameters.ts';

/*
 * Commands to sessions, and what they are answered with: as requests over
 * HTTP, as messages over a WebSocket, and in the OpenAPI document.
 */

const by = z
  .string()
  .regex(clientName, 'is up to 40 of A-Z a-z 0-9 . _ @ : + -')
  .optional()
  .describe('What the client calls itself; who has the same name shares its lease');

const text = z
  .string()
  .refine((typed) => Buffer.byteLength(typed) <= maxInputBytes, `has more than ${maxInputBytes} bytes`);
const requestId = z.string().min(1).max(128);
const shared = { request_id: requestId.optional().describe('Comes back with the answer'), by };

export const commandBody = z
  .discriminatedUnion('command', [
    z.strictObject({ ...shared, command: z.enum(['get_state', 'pause', 'resume', 'kill']) }),
    z.strictObject({ ...shared, command: z.literal('send_signal'), signal: z.enum(controlSignals) }),
    z.strictObject({
      ...shared,
      command: z.literal('send_input'),
      text,
      submit: z.boolean().optional().describe('With the key Enter behind it'),
    }),
    z.strictObject({
      ...shared,
      command: z.enum(['approve', 'deny']),
      prompt_id: z.int().min(0).describe('The byte_offset of its event'),
      text_hash: z.string().regex(promptHash, 'is not the hash of a prompt').describe("In its event's metadata"),
      option: z.string().min(1).max(maxOptionLength).optional().describe('Key or label, instead of the plain answer'),
    }),
  ])
  .openapi('Command');

/** Around a command, over a WebSocket. */
export const commandEnvelope = z.looseObject({
  type: z.literal('command'),
  request_id: requestId,
  session: sessionParameters.shape.id,
});

export const ticketBody = z.strictObject({
  scope: z.enum(scopes).optional().describe('What its cookie may do; read when absent, and no more than the token'),
});

export const ticketAnswer = z
  .object({ ticket: z.string(), scope: z.enum(scopes), path: z.string(), expires_at: z.string() })
  .openapi('Ticket');

const lease: z.ZodType<Lease> = z
  .object({
    holder: z.object({
      name: z.string(),
      via: z.enum(['cli', 'http', 'websocket']),
      pid: z.int().optional(),
      peer: z.string().optional(),
    }) as z.ZodType<Lease['holder']>,
    expires_at: z.string(),
  })
  .openapi('Lease');

const promptAnswer = z
  .object({
    prompt_id: z.int(),
    text_hash: z.string(),
    pattern: z.string(),
    question: z.string(),
    command: z.string().nullable(),
    options: z.array(z.object({ key: z.string().optional(), label: z.string() })),
  })
  .openapi('Prompt') as unknown as z.ZodType<Prompt>;

const commandResult: z.ZodType<CommandResult> = z
  .union([
    z.object({
      command: z.literal('get_state'),
      session_id: z.string(),
      state: z.enum(sessionStates).nullable(),
      paused: z.boolean(),
      mode: z.enum(sessionModes),
      pid: z.int(),
      control: z.enum(controlLevels),
      input_is_ours: z.boolean(),
      lease: lease.nullable(),
      prompt: promptAnswer.nullable(),
    }),
    z.object({ command: z.enum(['pause', 'resume']), paused: z.boolean() }),
    z.object({ command: z.literal('send_signal'), signal: z.enum(controlSignals) }),
    z.object({
      command: z.literal('kill'),
      exit_code: z.int().nullable(),
      exit_signal: z.string().nullable(),
    }),
    z.object({ command: z.literal('send_input'), written_bytes: z.int(), lease }),
    z.object({
      command: z.enum(['approve', 'deny']),
      prompt_id: z.int(),
      option: z.string(),
      has_left: z.boolean(),
      lease,
    }),
  ])
  .openapi('CommandResult');

export const commandAnswer = z.object({
  request_id: z.string().nullable(),
  session_id: z.string(),
  result: commandResult,
});
