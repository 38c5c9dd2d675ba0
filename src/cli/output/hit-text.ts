import picocolors from 'picocolors';
import type { Formatter } from 'picocolors/types.js';
import type { SearchHit, SearchLag } from '../../domain/search.ts';
import type { Terminal } from '../terminal.ts';
import { lineOfParts, type Part } from './line-of-parts.ts';
import { shortId } from './session-text.ts';
import { riskStyle } from './styles.ts';
import { timeText } from './times.ts';

/** What was found as one line: where, and the text with the matches in colour. */
export function hitLine(hit: SearchHit, terminal: Pick<Terminal, 'isTerminal' | 'columns' | 'colour'>): string {
  const colours = picocolors.createColors(terminal.colour);
  const { kind, event_type, risk_level, stream, line_number } = hit;
  const what = kind === 'event' ? (event_type ?? kind) : kind;
  const place = `${stream === 'stderr' ? 'stderr ' : ''}line ${line_number}`;
  const risk = risk_level === null ? undefined : riskStyle(risk_level, colours);
  const highlight: Formatter = (shown) => colours.bold(colours.yellow(shown));
  const parts: Part[] = [
    { text: timeText(hit.timestamp, terminal.isTerminal), style: colours.dim },
    { text: hit.agent_name, width: 8, style: colours.cyan },
    { text: shortId(hit.session_id), style: colours.dim },
    { text: what, width: 14, ...(kind === 'event' && { style: risk }) },
    { text: place, width: 10, style: colours.dim },
    ...hit.fragments.map(({ text, match }) => ({
      text: text.replaceAll(/\s+/g, ' '),
      goesOn: true,
      ...(match && { style: highlight }),
    })),
  ];
  return lineOfParts(parts, terminal.columns);
}

/** What was not searched because it is not in the index yet; undefined where that is nothing. */
export function lagText({ events, sessions, bytes }: SearchLag): string | undefined {
  const parts = [
    ...(sessions > 0
      ? [`${(bytes / 1e6).toFixed(1)} MB of ${sessions === 1 ? 'a session' : `${sessions} sessions`}`]
      : []),
    ...(events > 0 ? [`${events.toLocaleString('en')} events`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(' and ');
}
