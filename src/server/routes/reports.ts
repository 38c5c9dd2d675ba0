import * as answers from '../answers.ts';
import * as parameters from '../parameters.ts';
import type { Ask } from '../queries.ts';
import { answered, found } from '../reply.ts';
import { type Api, route } from '../route.ts';

/** What one session, agent or pattern amounts to. */
export function addReports(api: Api, { ask }: { readonly ask: Ask }): void {
  api.openapi(
    route('/api/query/session/{id}', 'What a session amounts to', answers.sessionSummary, {
      params: parameters.sessionParameters,
    }),
    async (context) => answered(await ask('summary', context.req.valid('param').id)),
  );

  api.openapi(
    route('/api/query/stats/agent/{name}', "What all of an agent's sessions amount to", answers.agentReport, {
      params: parameters.agentParameters,
    }),
    async (context) => {
      const { name } = context.req.valid('param');
      return found(await ask('agentReport', name), `no session of ${name}`);
    },
  );

  api.openapi(
    route('/api/query/stats/pattern/{pattern}', 'What a pattern has found', answers.patternReport, {
      params: parameters.patternParameters,
    }),
    async (context) => {
      const { pattern } = context.req.valid('param');
      return found(await ask('patternReport', pattern), 'no event of this pattern');
    },
  );
}
