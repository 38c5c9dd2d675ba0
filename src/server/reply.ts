import type { Page } from '../domain/ports.ts';
import type { Result } from '../domain/result.ts';
import { type Problem, problemBody } from './problem.ts';

/*
 * Answers to requests. They are `never`, because Hono would have each answer's
 * type repeated to it; `answers.ts` holds the types.
 */

export function json(body: object, status = 200, headers: Readonly<Record<string, string>> = {}): never {
  return Response.json(body, { status, headers }) as never;
}

export function octets(bytes: Uint8Array): never {
  return new Response(Buffer.from(bytes), { headers: { 'content-type': 'application/octet-stream' } }) as never;
}

export const refuse = (problem: Problem) => json(problemBody(problem), problem.status);

export const answered = (answer: Result<object, Problem>) => (answer.ok ? json(answer.value) : refuse(answer.failure));

/** @param otherwise what to say where there is nothing */
export function found(answer: Result<object | undefined, Problem>, otherwise: string): never {
  if (!answer.ok) return refuse(answer.failure);
  if (answer.value === undefined) return refuse({ status: 404, code: 'not_found', message: otherwise });
  return json(answer.value);
}

export function page(answer: Result<Page<unknown>, Problem>): never {
  if (answer.ok) {
    const { items, total, totalIsExact: total_is_exact, next } = answer.value;
    return json({ items, total, total_is_exact, next });
  }
  // Whatever else may be wrong was found out before.
  const isCursor = answer.failure.code === 'bad_parameter';
  return refuse({ ...answer.failure, ...(isCursor && { field: 'cursor' }) });
}
