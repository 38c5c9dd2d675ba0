import type { SearchLag } from '../../domain/search.ts';
import { type Health, health } from '../answers.ts';
import { type FeedHub, latestOf } from '../feed-hub.ts';
import { json, refuse } from '../reply.ts';
import { type Api, route } from '../route.ts';

export interface HealthParts {
  readonly version: string;
  readonly startedAt: Date;
  readonly hub: FeedHub;
  /** Undefined where it is not known. */
  readonly searchLag: () => SearchLag | undefined;
}

export function addHealth(api: Api, { version, startedAt, hub, searchLag }: HealthParts): void {
  api.openapi(route('/api/health', 'How the server is', health), () => {
    const cursor = latestOf(hub);
    if (typeof cursor !== 'number') return refuse(cursor);
    const { subscribers } = hub;
    const answer: Health = {
      status: 'ok',
      version,
      started_at: startedAt.toISOString(),
      pid: process.pid,
      cursor,
      subscribers,
      search_lag: searchLag() ?? null,
    };
    return json(answer);
  });
}
