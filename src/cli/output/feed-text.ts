import picocolors from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import { type FeedEntry, timeOf } from '../../domain/feed.ts';
import type { LogLine } from '../../domain/log-line.ts';
import type { RiskLevel } from '../../domain/pattern.ts';
import type { Terminal } from '../terminal.ts';
import { deedText } from './deed-text.ts';
import { lineOfParts, type Part } from './line-of-parts.ts';
import { exitText, sessionDuration, shortId } from './session-text.ts';
import { riskStyle, stateStyle } from './styles.ts';
import { timeText } from './times.ts';
import { unseenReason } from './unseen-reason.ts';

/** What is told, as one line: harmless to a terminal, and no wider than it. */
export function feedLine(
  told: FeedEntry | LogLine,
  terminal: Pick<Terminal, 'isTerminal' | 'columns' | 'colour'>,
): string {
  const colours = picocolors.createColors(terminal.colour);
  const isLine = 'type' in told;
  const { agent, session_id } = isLine ? told : { ...told.row, agent: told.row.agent_name };
  const parts: Part[] = [
    { text: timeText(isLine ? told.timestamp : timeOf(told), terminal.isTerminal), style: colours.dim },
    { text: agent, width: 8, style: colours.cyan },
    { text: shortId(session_id), style: colours.dim },
    ...(isLine ? lineParts(told, colours) : tellingParts(told, colours)),
  ];
  return lineOfParts(parts, terminal.columns);
}

function lineParts({ stream, text }: LogLine, colours: Colors): Part[] {
  return [...kindParts(stream, '', colours), { text }];
}

function tellingParts(entry: FeedEntry, colours: Colors): Part[] {
  switch (entry.kind) {
    case 'extraction': {
      const { event_type, risk_level, pattern, matched_value } = entry.row;
      return [...kindParts(event_type, risk_level, colours), { text: pattern }, { text: matched_value }];
    }
    case 'state':
      return [
        ...kindParts('state', '', colours),
        { text: entry.row.state, style: stateStyle(entry.row.state, colours) },
        { text: deedText(entry.row) ?? unseenReason(entry.row) ?? '' },
      ];
    case 'complete': {
      const session = entry.row;
      const exit = exitText(session);
      const took = sessionDuration(session, new Date(timeOf(entry)));
      return [
        ...kindParts('complete', '', colours),
        { text: session.state, style: stateStyle(session.state, colours) },
        { text: `${exit === '' ? '' : `exit ${exit}, `}took ${took}, ${session.total_extraction_events} events` },
      ];
    }
    case 'gap': {
      const { stream, bytes, byte_offset } = entry.row;
      return [
        ...kindParts('gap', '', colours),
        { text: `${bytes} bytes of ${stream} at offset ${byte_offset} are not in the recording` },
      ];
    }
    case 'reindex':
      return [
        ...kindParts('reindex', '', colours),
        { text: `extracted anew: the ${entry.row.replaced_events} events told of it before are void` },
      ];
  }
}

function kindParts(kind: string, risk: RiskLevel | '', colours: Colors): Part[] {
  const style = risk === '' ? undefined : riskStyle(risk, colours);
  return [
    { text: kind, width: 14 },
    { text: risk, width: 8, style },
  ];
}
