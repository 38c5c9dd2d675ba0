import picocolors from 'picocolors';
import type { AgentReport, PatternReport } from '../../domain/ports.ts';
import type { Trend, TrendFilter } from '../../domain/trend.ts';
import { printableLine } from '../../domain/printable.ts';
import type { Terminal } from '../terminal.ts';
import { durationText, timeText } from './times.ts';

type Form = Pick<Terminal, 'isTerminal' | 'colour'>;
type Fact = readonly [name: string, value: string];

/** What all sessions of an agent amount to, for a person. */
export function agentReportText(report: AgentReport, form: Form): string {
  const { sessions, running_sessions, failed_sessions, success_rate, durations_ms, totals } = report;
  const more = [`${failed_sessions} failed`, ...(running_sessions > 0 ? [`${running_sessions} running`] : [])];
  const tokens = [
    ['input', totals.input_tokens],
    ['output', totals.output_tokens],
    ['told as one number', totals.tokens],
  ] as const;
  return factsText(report.agent_name, form, [
    ['sessions', `${number(sessions)} (${more.join(', ')})`],
    ['success', success_rate === null ? '' : `${(success_rate * 100).toFixed(1)} %`],
    [
      'took',
      durations_ms === null
        ? ''
        : `${durationText(durations_ms.median)} in the median, ${durationText(durations_ms.longest)} at most`,
    ],
    ['tokens', tokens.flatMap(([name, count]) => (count === null ? [] : `${number(count)} ${name}`)).join(', ')],
    ['cost', totals.cost_usd === null ? '' : `$${totals.cost_usd.toFixed(totals.cost_usd < 1 ? 4 : 2)}`],
    ['tool calls', totals.tool_calls === 0 ? '' : number(totals.tool_calls)],
    ['events', number(report.extraction_events)],
    ['types', report.by_type.map(({ event_type, count }) => `${number(count)} ${event_type}`).join(', ')],
    ['risks', report.by_risk.map(({ risk_level, count }) => `${number(count)} ${risk_level}`).join(', ')],
    ['first', timeText(report.first_started_at, form.isTerminal)],
    ['last', timeText(report.last_started_at, form.isTerminal)],
  ]);
}

/** What a pattern has found, for a person. */
export function patternReportText(report: PatternReport, form: Form): string {
  return factsText(report.pattern, form, [
    ['found', `${number(report.count)} times in ${number(report.sessions)} sessions`],
    ['types', report.by_type.map(({ event_type, count }) => `${number(count)} ${event_type}`).join(', ')],
    ['risks', report.by_risk.map(({ risk_level, count }) => `${number(count)} ${risk_level}`).join(', ')],
    ['agents', report.by_agent.map(({ agent_name, count }) => `${number(count)} ${agent_name}`).join(', ')],
    ['last', timeText(report.last_seen_at, form.isTerminal)],
  ]);
}

const widestBar = 30;

/** A bar for each bucket; anomalies stand out. */
export function trendText({ points }: Trend, { metric, bucket }: TrendFilter, form: Form): string {
  const colours = picocolors.createColors(form.colour);
  const most = Math.max(...points.map(({ value }) => value));
  const values = points.map(({ value }) => (metric === 'cost' ? `$${value.toFixed(4)}` : number(value)));
  const width = Math.max(...values.map((text) => text.length));
  const lines = points.map(({ start, value, mean, deviation, anomaly }, nth) => {
    const time = bucket === 'hour' ? `${start.slice(0, 10)} ${start.slice(11, 16)}` : start.slice(0, 10);
    const bar = '#'.repeat(most === 0 ? 0 : Math.ceil((value / most) * widestBar));
    const usual = anomaly ? `  unusual: ${(mean ?? 0).toFixed(1)} ± ${(deviation ?? 0).toFixed(1)} before` : '';
    return `${colours.dim(time)}  ${(values[nth] ?? '').padStart(width)}  ${colours.cyan(bar)}${colours.yellow(usual)}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}

function factsText(title: string, form: Form, facts: readonly Fact[]): string {
  const colours = picocolors.createColors(form.colour);
  const lines = facts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `  ${colours.dim(name.padEnd(10))} ${printableLine(value)}`);
  return `${[colours.bold(printableLine(title)), ...lines].join('\n')}\n`;
}

const number = (count: number) => count.toLocaleString('en');
