import type { z } from '@hono/zod-openapi';
import type { Problem } from './problem.ts';

/** The first thing that is wrong with a request's parameters. */
export function badParameter({ issues }: z.ZodError): Problem {
  const issue = mostTelling(issues);
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

/** Of something that fits none of several shapes, what is wrong with the one that it fits best. */
function mostTelling(
  issues: readonly z.core.$ZodIssue[],
  path: readonly PropertyKey[] = [],
): z.core.$ZodIssue | undefined {
  const [issue] = issues;
  if (issue === undefined) return undefined;
  const here = { ...issue, path: [...path, ...issue.path] };
  if (issue.code !== 'invalid_union') return here;
  const [closest] = [...issue.errors].sort((one, other) => one.length - other.length || depthOf(other) - depthOf(one));
  return mostTelling(closest ?? [], here.path) ?? here;
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(...issues.map((issue) => issue.path.length + (issue.code === 'invalid_union' ? 1 : 0)));
}
