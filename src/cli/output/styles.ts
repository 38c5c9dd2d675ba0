import type { Colors, Formatter } from 'picocolors/types.js';
import type { RiskLevel } from '../../domain/pattern.ts';
import type { SessionState } from '../../domain/session.ts';

/** How a risk stands out; low does not. */
export function riskStyle(risk: RiskLevel, colours: Colors): Formatter | undefined {
  switch (risk) {
    case 'critical':
      return (text) => colours.bold(colours.red(text));
    case 'high':
      return colours.red;
    case 'medium':
      return colours.yellow;
    case 'low':
      return undefined;
  }
}

/** How a session's state stands out. */
export function stateStyle(state: SessionState, colours: Colors): Formatter | undefined {
  switch (state) {
    case 'failed':
    case 'crashed':
      return colours.red;
    case 'needs_input':
    case 'rate_limited':
    case 'paused':
      return colours.yellow;
    case 'completed':
      return colours.green;
    case 'starting':
    case 'working':
    case 'idle':
      return colours.cyan;
  }
}
