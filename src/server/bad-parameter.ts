import type { z } from '@hono/zod-openapi';
import type { Problem } from './problem.ts';

/** The first thing that is wrong with a request's parameters. */
export function badParameter({ issues }: z.ZodError): Problem {
  const [issue] = issues;
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.map(String).join('.');
  const what = issue?.code === 'unrecognized_keys' ? 'is not a parameter of this' : (issue?.message ?? 'is wrong');
  const hasField = field !== undefined && field !== '';
  return {
    status: 400,
    code: 'bad_parameter',
    message: hasField ? `${field}: ${what}` : what,
    ...(hasField && { field }),
  };
}
