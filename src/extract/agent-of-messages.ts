import type { Pack } from '../domain/pattern.ts';
import { parseObject } from './json-objects.ts';
import { dialectOf } from './message-rules.ts';

/**
 * The agent in whose messages these lines are written, by the packs that know such messages; undefined when none does.
 */
export function agentOfMessages(packs: readonly Pack[], lines: Iterable<string>): string | undefined {
  const dialects = packs
    .filter(({ messages }) => messages.length > 0)
    .map((pack, index) => ({ agent: pack.agents.find((name) => name !== '*'), dialect: dialectOf(pack, index) }));
  for (const line of lines) {
    const message = parseObject(line);
    if (message === undefined) continue;
    for (const { agent, dialect } of dialects) {
      const isProof = dialect
        .matchesOf(message)
        .some(({ rule }) => rule.message.type !== undefined || rule.message.state !== undefined);
      if (isProof) return agent;
    }
  }
  return undefined;
}
