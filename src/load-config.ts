import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { defaultSettings, type LeaseRule, type LeaseSettings, type Settings } from './domain/config.ts';
import { controlLevels } from './domain/control.ts';
import type { Complaint } from './domain/failure.ts';
import { storageModes } from './domain/mode.ts';
import { isLeaseName, leaseNameRule } from './domain/named-lease.ts';
import type { Retention, RetentionLimits } from './domain/retention.ts';
import { verdictNames } from './domain/state.ts';
import { nearestWord } from './extract/nearest-word.ts';
import { isAllowanceEntry } from './extract/redaction/allowance.ts';
import { type Place, yamlPlaces } from './extract/yaml-places.ts';

/** A larger file is refused unread. */
const maxConfigBytes = 64 * 1024;

const dayMs = 24 * 3_600_000;
const milliseconds = z.int().min(1).max(dayMs).optional();

const states = z.strictObject({ idle_after_ms: milliseconds, attention_after_ms: milliseconds });
const verdicts = z.strictObject({ hung_after_ms: milliseconds, stalled_after_ms: milliseconds });
const serve = z.strictObject({ enabled: z.boolean().optional(), port: z.int().min(1).max(65_535).optional() });
const redaction = z.strictObject({
  enabled: z.boolean().optional(),
  allow: z.array(z.string().min(1).refine(isAllowanceEntry, 'holds no valid regex between its slashes')).optional(),
  email: z.boolean().optional(),
  phone: z.boolean().optional(),
  street: z.boolean().optional(),
});

const limit = z.union([z.int().min(1), z.literal('unlimited')]).optional();
const limits = { max_age_days: limit, recordings_max_age_days: limit, max_total_bytes: limit };
const agentLimits = z.strictObject(limits);
/** Less than that leaves no room for a beginning and an end. */
const leastRecordingBytes = 1024 * 1024;
const recording = z.strictObject({
  max_bytes: z.union([z.int().min(leastRecordingBytes), z.literal('unlimited')]).optional(),
});
const retention = z.strictObject({ ...limits, agents: z.record(z.string(), agentLimits).optional() });
const leaseRule = z.strictObject({
  name: z.string().refine(isLeaseName, `takes ${leaseNameRule}`),
  agent: z.string().optional(),
  directory: z
    .string()
    .regex(/^(?:\/|~(?:\/|$))/, 'must begin with `/` or `~/`')
    .optional(),
});
const leases = z.strictObject({ ttl_ms: milliseconds, take: z.array(leaseRule).optional() });
const bytes = z.int().min(1).optional();
const storage = z.strictObject({
  mode: z.enum(storageModes).optional(),
  forced_ms: milliseconds,
  max_lag_bytes: bytes,
  max_heap_bytes: bytes,
});
const configSchema = z.strictObject({
  states: states.optional(),
  verdicts: verdicts.optional(),
  fail_on: z.array(z.enum(verdictNames)).optional(),
  kill_after_ms: milliseconds,
  serve: serve.optional(),
  control: z.enum(controlLevels).optional(),
  redaction: redaction.optional(),
  retention: retention.optional(),
  recording: recording.optional(),
  leases: leases.optional(),
  storage: storage.optional(),
});

const sections: Readonly<Record<string, { readonly shape: object }>> = {
  states,
  verdicts,
  serve,
  redaction,
  recording,
  storage,
};

/** What may stand at a path in the file. */
function sectionAt([first, second]: readonly PropertyKey[]): { readonly shape: object } {
  if (first === 'retention') return second === 'agents' ? agentLimits : retention;
  if (first === 'leases') return second === 'take' ? leaseRule : leases;
  return sections[String(first)] ?? configSchema;
}

export interface LoadedConfig {
  /** The defaults, where there is no file or something is wrong with it. */
  readonly settings: Settings;
  /** All that is wrong with it, each at its place. */
  readonly complaints: readonly Complaint[];
}

/** Reads the user's settings. A bad file is left aside as a whole: half of what somebody asked for may be the worse half. */
export function loadConfig(file: string): LoadedConfig {
  const complaints: Complaint[] = [];
  const complain = (place: Place, message: string) => complaints.push({ file, ...place, message });
  const written = readConfig(file, complain);
  if (written === undefined || complaints.length > 0) return { settings: defaultSettings, complaints };
  return { settings: settingsFrom(written), complaints };
}

type WrittenConfig = z.infer<typeof configSchema>;

const start: Place = { line: 1, column: 1 };

function readConfig(file: string, complain: (place: Place, message: string) => void): WrittenConfig | undefined {
  let yaml: string;
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.size > maxConfigBytes) {
      complain(start, 'the file is larger than 64 KiB');
      return undefined;
    }
    yaml = readFileSync(file, 'utf8');
  } catch (error) {
    complain(start, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  return parseConfig(yaml, complain);
}

function parseConfig(yaml: string, complain: (place: Place, message: string) => void): WrittenConfig | undefined {
  const lineCounter = new LineCounter();
  let raw: unknown;
  const document = parseDocument(yaml, { lineCounter, prettyErrors: false, uniqueKeys: true });
  for (const { pos, message } of document.errors) {
    const { line, col } = lineCounter.linePos(pos[0]);
    complain({ line, column: col }, message);
  }
  if (document.errors.length > 0) return undefined;
  try {
    raw = document.toJS({ maxAliasCount: 0 });
  } catch {
    complain(start, 'aliases (`*name`) are not allowed: write it out');
    return undefined;
  }
  // A file of comments only.
  if (raw === null) return {};
  const parsed = configSchema.safeParse(raw, { reportInput: true });
  if (parsed.success) return parsed.data;
  const places = yamlPlaces(document, lineCounter, yaml);
  for (const issue of parsed.error.issues) {
    if (issue.code !== 'unrecognized_keys') {
      complain(places.ofValue(issue.path), messageOf(issue));
      continue;
    }
    const known = Object.keys(sectionAt(issue.path).shape);
    for (const key of issue.keys) {
      complain(places.ofKey([...issue.path, key]), `unknown key \`${key}\`${hint(key, known)}`);
    }
  }
  return undefined;
}

function messageOf(issue: z.core.$ZodIssue): string {
  const key = issue.path.findLast((part) => typeof part === 'string');
  const name = key === undefined ? 'the file' : `\`${key}\``;
  if (issue.code === 'invalid_value') {
    const known = issue.values.map(String);
    const written = typeof issue.input === 'string' ? hint(issue.input, known) : '';
    return `${name} takes ${known.map((each) => `\`${each}\``).join(', ')}${written}`;
  }
  if (name === '`port`') return `${name} must be a whole number from 1 to 65535`;
  if (key !== undefined && key in limits) return `${name} must be a whole number from 1 up, or \`unlimited\``;
  if (key === 'max_bytes') return `${name} must be a whole number from ${leastRecordingBytes} up, or \`unlimited\``;
  if (key === 'max_lag_bytes' || key === 'max_heap_bytes') return `${name} must be a whole number from 1 up`;
  if (name.endsWith('_ms`')) return `${name} must be a whole number of milliseconds, from 1 up to a day (${dayMs})`;
  return issue.code === 'invalid_type' ? `${name} must be of type ${issue.expected}` : `${name}: ${issue.message}`;
}

function hint(written: string, known: readonly string[]): string {
  const meant = nearestWord(written, known);
  return meant === undefined ? '' : `: did you mean \`${meant}\`?`;
}

function settingsFrom({
  states: times,
  verdicts: verdictTimes,
  fail_on: failOn,
  kill_after_ms: killAfterMs,
  serve: written,
  control,
  redaction: masked,
  retention: kept,
  recording: recorded,
  leases: leased,
  storage: stored,
}: WrittenConfig): Settings {
  return {
    idleAfterMs: times?.idle_after_ms ?? defaultSettings.idleAfterMs,
    attentionAfterMs: times?.attention_after_ms ?? defaultSettings.attentionAfterMs,
    hungAfterMs: verdictTimes?.hung_after_ms ?? defaultSettings.hungAfterMs,
    stalledAfterMs: verdictTimes?.stalled_after_ms ?? defaultSettings.stalledAfterMs,
    failOn: failOn ?? defaultSettings.failOn,
    control: control ?? defaultSettings.control,
    redaction: {
      enabled: masked?.enabled ?? defaultSettings.redaction.enabled,
      allow: masked?.allow ?? defaultSettings.redaction.allow,
      email: masked?.email ?? defaultSettings.redaction.email,
      phone: masked?.phone ?? defaultSettings.redaction.phone,
      street: masked?.street ?? defaultSettings.redaction.street,
    },
    ...(killAfterMs !== undefined && { killAfterMs }),
    serve: {
      ...(written?.enabled !== undefined && { enabled: written.enabled }),
      ...(written?.port !== undefined && { port: written.port }),
    },
    storage: {
      mode: stored?.mode ?? defaultSettings.storage.mode,
      forcedMs: stored?.forced_ms ?? defaultSettings.storage.forcedMs,
      maxLagBytes: stored?.max_lag_bytes ?? defaultSettings.storage.maxLagBytes,
      maxHeapBytes: stored?.max_heap_bytes ?? defaultSettings.storage.maxHeapBytes,
    },
    retention: kept === undefined ? defaultSettings.retention : retentionFrom(kept),
    maxRecordingBytes:
      recorded?.max_bytes === undefined ? defaultSettings.maxRecordingBytes : limitFrom(recorded.max_bytes),
    leases: leased === undefined ? defaultSettings.leases : leasesFrom(leased),
  };
}

function leasesFrom({ ttl_ms: ttlMs, take = [] }: NonNullable<WrittenConfig['leases']>): LeaseSettings {
  const rules = take.map(
    ({ name, agent, directory }): LeaseRule => ({
      name,
      ...(agent !== undefined && { agent }),
      ...(directory !== undefined && { directory: directory.replace(/^~(?=\/|$)/, homedir()) }),
    }),
  );
  return { ttlMs: ttlMs ?? defaultSettings.leases.ttlMs, take: rules };
}

function retentionFrom({ agents = {}, ...written }: NonNullable<WrittenConfig['retention']>): Retention {
  const ofAgents = Object.entries(agents).map(([agent, own]): [string, Partial<RetentionLimits>] => [
    agent,
    limitsFrom(own),
  ]);
  return { ...defaultSettings.retention, ...limitsFrom(written), agents: Object.fromEntries(ofAgents) };
}

/** Those that are written. */
function limitsFrom(written: z.infer<typeof agentLimits>): Partial<RetentionLimits> {
  const named = {
    maxAgeDays: written.max_age_days,
    recordingsMaxAgeDays: written.recordings_max_age_days,
    maxTotalBytes: written.max_total_bytes,
  };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [[name, limitFrom(value)]])),
  );
}

const limitFrom = (written: number | 'unlimited') => (written === 'unlimited' ? Infinity : written);
