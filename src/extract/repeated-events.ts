import type { Stream } from '../domain/chunk.ts';
import type { Event } from '../domain/event.ts';

/** How far back a repetition is recognised. */
const maxRemembered = 1000;

/**
 * Recognises events on a stream on which the agent repeats what it said on the
 * other one. Each event there accounts for one repetition.
 */
export function createRepeatedEvents(repeats: ReadonlySet<Stream>): { isRepetition(event: Event): boolean } {
  /** Events whose repetition is still to come, the oldest first. */
  const awaited: { readonly stream: Stream; readonly key: string }[] = [];
  return {
    isRepetition(event) {
      const other: Stream = event.stream === 'stdout' ? 'stderr' : 'stdout';
      const key = keyOf(event);
      if (repeats.has(event.stream)) {
        const index = awaited.findIndex((earlier) => earlier.stream === other && earlier.key === key);
        if (index !== -1) {
          awaited.splice(index, 1);
          return true;
        }
      }
      if (repeats.has(other)) {
        awaited.push({ stream: event.stream, key });
        if (awaited.length > maxRemembered) awaited.shift();
      }
      return false;
    },
  };
}

function keyOf(event: Event): string {
  if (event.codeBlock) return `${event.pattern}\n${event.codeBlock.digest}`;
  return `${event.pattern}\n${event.matchedValue}\n${event.originalLine}`;
}
