import type { StorageStatus } from '../../domain/mode.ts';
import { printableLine } from '../../domain/printable.ts';
import { sizeText } from './size-text.ts';
import { timeText } from './times.ts';

/** How storage stands, one thing a line. */
export function storageText(status: StorageStatus, forPerson: boolean): string {
  const { base, forced, by, reason, since, until, seconds_left, prober, lag_bytes, gap_bytes } = status;
  const time = (iso: string | null) => (iso === null ? '' : timeText(iso, forPerson));
  const lines = [
    ['effective', status.effective],
    ['base', base],
    ['forced', forced === null ? 'nothing' : `${forced} by the ${by ?? ''}`],
    ...(forced === null
      ? []
      : [
          ['reason', printableLine(reason ?? '')],
          ['since', time(since)],
          ['until', `${time(until)} (${seconds_left ?? 0}s left)`],
        ]),
    ['failures in a row', String(status.failures_in_row)],
    ['degraded', `${status.degraded} times, restored ${status.restored} times`],
    ['probed by', prober === null ? 'nobody' : `process ${prober}`],
    ['lag', lag_bytes === null ? 'unknown' : `${sizeText(lag_bytes)} in ${status.sessions_behind ?? 0} sessions`],
    ['gaps', `${sizeText(gap_bytes)} in ${status.sessions_with_gaps} sessions`],
  ];
  return lines.map(([name = '', value = '']) => `${name.padEnd(18)} ${value}\n`).join('');
}
