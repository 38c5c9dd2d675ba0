import type { AgentStatistics, PatternStatistics, SessionReader } from '../../domain/ports.ts';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { trendBuckets, type TrendFilter, trendMetrics } from '../../domain/trend.ts';
import { type CommandContext, defineCommand, withStore } from '../command.ts';
import type { Column } from '../output/column.ts';
import { json } from '../output/json.ts';
import { listing } from '../output/listing.ts';
import { agentReportText, patternReportText, trendText } from '../output/report-text.ts';
import { timeText } from '../output/times.ts';
import { readingOptions, timeRange } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

/** How many buckets there are when nobody says since when. */
const bucketsShown = 14;
const patternsShown = 20;
const bucketMs = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

export const statsCommand = defineCommand({
  name: 'stats',
  describe: 'Sum up agents and patterns over all sessions, or show how they develop',
  operands: [{ usage: '[name]', describe: 'The name of an agent, or the id of a pattern; all when absent' }],
  options: {
    trends: { type: 'boolean', describe: 'How a count develops, and where it leaves what is usual' },
    metric: { type: 'string', choices: trendMetrics, describe: 'Of trends, what is counted [default: events]' },
    bucket: { type: 'string', choices: trendBuckets, describe: 'Of trends, the steps, in UTC [default: day]' },
    since: { ...readingOptions.since, describe: `Of trends: ${readingOptions.since.describe} [default: 14 buckets]` },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong stats', 'all agents, and the patterns that were found most often'],
    ['ridealong stats codex', 'success rate, durations, tokens and cost of an agent'],
    ['ridealong stats codex --trends --metric errors --since 30d', 'its errors per day'],
  ],
  async run(options, [name], context) {
    const { terminal, now } = context;
    const range = timeRange(options, now);
    if (!range.ok) return refuse(terminal, range.failure);
    const { bucket = 'day', metric = 'events', trends } = options;
    if (trends !== true && (options.since ?? options.bucket ?? options.metric) !== undefined) {
      const message = '--since, --bucket and --metric say what --trends shows; add --trends';
      return refuse(terminal, { reason: 'usage', message });
    }
    const asJson = options.json === true;
    return withStore(context, (reader) => {
      if (trends !== true)
        return name === undefined ? overview(reader, asJson, context) : report(reader, name, asJson, context);
      const since = range.value.since ?? new Date(now.getTime() - (bucketsShown - 1) * bucketMs[bucket]).toISOString();
      return showTrend(reader, name, { metric, bucket, since, until: now.toISOString() }, asJson, context);
    });
  },
});

async function overview(
  reader: SessionReader,
  asJson: boolean,
  { terminal }: CommandContext,
): Promise<Result<number, Failure>> {
  const agents = reader.statisticsByAgent();
  if (!agents.ok) return agents;
  const patterns = reader.statisticsByPattern({});
  if (!patterns.ok) return patterns;
  if (asJson) {
    await terminal.write(json({ agents: agents.value, patterns: patterns.value }));
    return ok(0);
  }
  const shown = patterns.value.slice(0, patternsShown);
  const form = { json: false, terminal };
  const gap = agents.value.length > 0 ? '\n' : '';
  await terminal.write(listing(agentColumns(terminal.isTerminal), agents.value, form) + gap);
  await terminal.write(listing(patternColumns(terminal.isTerminal), shown, form));
  if (agents.value.length === 0) terminal.complain('no sessions yet');
  if (patterns.value.length > shown.length && terminal.isTerminal) {
    terminal.complain(
      `these are the ${shown.length} most frequent patterns of ${patterns.value.length}; --json has all`,
    );
  }
  return ok(0);
}

async function report(
  reader: SessionReader,
  name: string,
  asJson: boolean,
  { terminal }: CommandContext,
): Promise<Result<number, Failure>> {
  const agent = reader.agentReport(name);
  if (!agent.ok) return agent;
  if (agent.value !== undefined) {
    await terminal.write(asJson ? json(agent.value) : agentReportText(agent.value, terminal));
    return ok(0);
  }
  const pattern = reader.patternReport(name);
  if (!pattern.ok) return pattern;
  if (pattern.value === undefined) return fail(unknown(name));
  await terminal.write(asJson ? json(pattern.value) : patternReportText(pattern.value, terminal));
  return ok(0);
}

async function showTrend(
  reader: SessionReader,
  name: string | undefined,
  filter: TrendFilter,
  asJson: boolean,
  { terminal }: CommandContext,
): Promise<Result<number, Failure>> {
  const chosen = name === undefined ? ok({}) : kindOf(reader, name);
  if (!chosen.ok) return chosen;
  const found = reader.trends({ ...filter, ...chosen.value });
  if (!found.ok) return found;
  const [trend] = found.value;
  if (asJson) await terminal.write(json(found.value));
  else if (trend !== undefined) await terminal.write(trendText(trend, filter, terminal));
  if (trend === undefined) terminal.complain('nothing happened in this time');
  return ok(0);
}

/** Whether it is an agent or a pattern. */
function kindOf(reader: SessionReader, name: string): Result<Pick<TrendFilter, 'agent' | 'pattern'>, Failure> {
  const agent = reader.agentReport(name);
  if (!agent.ok || agent.value !== undefined) return agent.ok ? ok({ agent: name }) : agent;
  const pattern = reader.patternReport(name);
  if (!pattern.ok || pattern.value !== undefined) return pattern.ok ? ok({ pattern: name }) : pattern;
  return fail(unknown(name));
}

const unknown = (name: string): Failure => ({
  reason: 'session-not-found',
  message: `no agent or pattern "${name}" was recorded; \`ridealong stats\` lists them`,
});

function agentColumns(forPerson: boolean): Column<AgentStatistics>[] {
  return [
    { header: 'agent', value: (row) => row.agent_name, shrinkTo: 8 },
    { header: 'sessions', value: (row) => String(row.sessions), align: 'right' },
    { header: 'failed', value: (row) => String(row.failed_sessions), align: 'right' },
    { header: 'events', value: (row) => String(row.extraction_events), align: 'right' },
    { header: 'errors', value: (row) => String(row.error_events), align: 'right' },
    { header: 'last started', value: (row) => timeText(row.last_started_at, forPerson), dropOrder: 1 },
  ];
}

function patternColumns(forPerson: boolean): Column<PatternStatistics>[] {
  return [
    { header: 'pattern', value: (row) => row.pattern, shrinkTo: 12 },
    { header: 'type', value: (row) => row.event_type, dropOrder: 2 },
    { header: 'risk', value: (row) => row.risk_level, dropOrder: 3 },
    { header: 'count', value: (row) => String(row.count), align: 'right' },
    { header: 'sessions', value: (row) => String(row.sessions), align: 'right' },
    { header: 'last seen', value: (row) => timeText(row.last_seen_at, forPerson), dropOrder: 1 },
  ];
}
