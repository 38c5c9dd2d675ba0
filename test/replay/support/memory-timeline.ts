import type { Timeline, TimelineHead, TimelineMoment, TimelinePlace } from '../../../src/domain/replay.ts';
import { fail, ok } from '../../../src/domain/result.ts';
import { event } from '../../cli/fixtures.ts';

/** Output of one letter. */
export const output = (timeUs: number, text = 'x'): TimelineMoment => ({
  kind: 'output',
  timeUs,
  stream: 'stdout',
  offset: 0,
  bytes: Buffer.from(text),
});

export const found = (timeUs: number, id: number, type: 'error' | 'prompt' = 'error'): TimelineMoment => ({
  kind: 'extraction',
  timeUs,
  row: { ...event, id, event_type: type },
});

/** A timeline out of memory, with so many moments to a page; a place counts them. */
export function memoryTimeline(
  moments: readonly TimelineMoment[],
  { pageMoments = 2, ...head }: Partial<TimelineHead> & { pageMoments?: number } = {},
): Timeline & { readonly pages: number[] } {
  const at = (index: number): TimelinePlace => ({
    recording: { timingOffset: index, offsets: { stdout: 0, stderr: 0 }, timeUs: 0 },
    entries: { timeUs: 0, id: 0 },
  });
  const pages: number[] = [];
  const isEvent = (moment: TimelineMoment) => moment.kind === 'extraction';
  return {
    pages,
    head: {
      sessionId: 's',
      agent: 'claude',
      mode: 'terminal',
      durationUs: moments.at(-1)?.timeUs ?? 0,
      size: undefined,
      ...head,
    },
    page({ recording }, kinds) {
      const start = recording.timingOffset;
      pages.push(start);
      const end = start + pageMoments;
      const page = moments.slice(start, end).filter(({ kind }) => kind === 'resize' || kinds.includes(kind));
      return Promise.resolve(ok({ moments: page, next: end < moments.length ? at(end) : undefined }));
    },
    seek(target) {
      const index = moments.findIndex((moment) => {
        if ('timeUs' in target) return moment.timeUs >= target.timeUs;
        if (!isEvent(moment)) return false;
        if ('event' in target) return moment.row.id === target.event;
        const { timeUs, id } = target.behind;
        const isBehind = moment.timeUs > timeUs || (moment.timeUs === timeUs && moment.row.id > id);
        return isBehind && (target.nextEvent === 'any' || moment.row.event_type === target.nextEvent);
      });
      const moment = moments[index];
      if (moment === undefined && !('timeUs' in target)) {
        return Promise.resolve(fail({ reason: 'usage', message: 'no such event' }));
      }
      const timeUs = 'timeUs' in target ? target.timeUs : (moment?.timeUs ?? 0);
      const id = moment !== undefined && isEvent(moment) && !('timeUs' in target) ? moment.row.id - 1 : 0;
      const place = { ...at(index === -1 ? moments.length : index), entries: { timeUs, id } };
      const screen = { columns: 80, rows: 24, sequences: `screen at ${timeUs}`, offset: 0 };
      return Promise.resolve(ok({ timeUs, place, ...(head.size && { screen }) }));
    },
  };
}
