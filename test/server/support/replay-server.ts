import type { Timeline } from '../../../src/domain/replay.ts';
import { fail, ok } from '../../../src/domain/result.ts';
import { startReplay } from '../../../src/replay/start-replay.ts';
import { problemOf } from '../../../src/server/problem.ts';
import type { Ask } from '../../../src/server/queries.ts';
import { type ReplayLimits, replayLimits } from '../../../src/server/replay-hub.ts';
import { type FakeClock, fakeClock } from '../../replay/support/fake-clock.ts';

/** What a server replays: one session, by a clock that a test moves. */
export function replayOf(timeline: Timeline, limits: Partial<ReplayLimits> = {}) {
  const clock: FakeClock = fakeClock();
  const answer = async (name: string, input: unknown) => {
    const session = typeof input === 'string' ? input : (input as { session: string }).session;
    if (session !== timeline.head.sessionId) {
      return fail({ status: 404, code: 'session_not_found', message: 'there is none' } as const);
    }
    if (name === 'replayHead') return ok(timeline.head);
    const request = input as { place: never; kinds: never; target: never };
    const found =
      name === 'replayPage' ? await timeline.page(request.place, request.kinds) : await timeline.seek(request.target);
    return found.ok ? found : fail(problemOf(found.failure));
  };
  return { ask: answer as unknown as Ask, start: startReplay, clock, limits: { ...replayLimits, ...limits } };
}
