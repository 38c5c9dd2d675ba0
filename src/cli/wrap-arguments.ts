import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { PipeOptions, WrapOptions } from '../domain/config.ts';
import { limits } from '../domain/config.ts';
import { controlLevels } from '../domain/control.ts';
import type { Failure } from '../domain/failure.ts';
import { isLeaseName, leaseNameRule } from '../domain/named-lease.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { storageModes } from '../domain/mode.ts';
import { type VerdictName, verdictNames } from '../domain/state.ts';
import { readingCommands } from './command-names.ts';
import { didYouMean } from './did-you-mean.ts';
import { parseDuration } from './duration.ts';
import type { OptionSpecs } from './option-spec.ts';
import { pipeOptions, wrapOptions } from './wrap-options.ts';

/** What the words of the command line ask for; `other` is left to yargs. */
export type Invocation =
  | { readonly kind: 'wrap'; readonly options: WrapOptions }
  | { readonly kind: 'pipe'; readonly options: PipeOptions }
  | { readonly kind: 'other' };

type Parsed = Result<Invocation, Failure>;

const dayMs = 24 * 3_600_000;

const other: Parsed = ok({ kind: 'other' });

/**
 * Reads `ridealong [options] [--] <command> [args…]` and its explicit forms
 * `ridealong run …` and `ridealong pipe …`.
 *
 * Our options end at the first word that is none. What follows is the
 * command, and nothing of it is looked at, not even `--` or `-h`.
 */
export function parseCommandLine(words: readonly string[]): Parsed {
  const [first, ...rest] = words;
  if (first === 'pipe') return parsePipe(rest);
  if (first === 'run') return parseWrap(rest, 'run');
  if (isReadingCommand(first) || first?.startsWith('--get-yargs-completions') === true) return other;
  return parseWrap(words, 'implied');
}

function parseWrap(words: readonly string[], form: 'run' | 'implied'): Parsed {
  const leading = leadingOptions(words, wrapOptions);
  if (!leading.ok) return leading;
  const { values, rest, terminated } = leading.value;
  if (values.has('help') || values.has('version')) return other;
  if (values.has('pty') && values.has('no-pty')) {
    return usage('--pty and --no-pty exclude each other; give one of them');
  }

  const [program, ...args] = rest;
  if (program === undefined) return usage('no command to wrap; for example: ridealong codex (all: ridealong --help)');
  if (form === 'implied' && !terminated && isReadingCommand(program)) {
    return usage(
      `options of "${program}" stand behind it (ridealong ${program} --help); ` +
        `to wrap a program of that name put -- before it`,
    );
  }

  const common = commonOptions(values, agentNameOf(program));
  if (!common.ok) return common;
  const verdictOptions = parseVerdictOptions(values);
  if (!verdictOptions.ok) return verdictOptions;
  const control = controlOption(values.get('control')?.at(-1));
  if (!control.ok) return control;
  const lease = leaseOptions(values);
  if (!lease.ok) return lease;
  const terminal = values.has('pty') ? 'always' : values.has('no-pty') ? 'never' : 'auto';
  return ok({
    kind: 'wrap',
    options: {
      ...common.value,
      ...verdictOptions.value,
      ...control.value,
      ...lease.value,
      command: [program, ...args],
      terminal,
    },
  });
}

type VerdictOptions = Pick<WrapOptions, 'failOn' | 'killAfterMs'>;

function parseVerdictOptions(values: LeadingValues): Result<VerdictOptions, Failure> {
  const failOn: VerdictName[] = [];
  for (const word of values.get('fail-on')?.flatMap((list) => list.split(',')) ?? []) {
    const name = verdictNames.find((each) => each === word.trim());
    if (name === undefined) {
      const hint = didYouMean(word, verdictNames);
      return usage(`--fail-on takes ${verdictNames.join(', ')} with commas between them, not "${word}"${hint}`);
    }
    failOn.push(name);
  }
  const killAfter = values.get('kill-after')?.at(-1);
  const killAfterMs = killAfter === undefined ? undefined : parseDuration(killAfter, dayMs);
  if (killAfter !== undefined && killAfterMs === undefined) {
    return usage(`--kill-after takes seconds or a time such as 90s or 10m, up to 24h, not "${killAfter}"`);
  }
  return ok({ ...(failOn.length > 0 && { failOn }), ...(killAfterMs !== undefined && { killAfterMs }) });
}

function controlOption(word: string | undefined): Result<Pick<WrapOptions, 'control'>, Failure> {
  if (word === undefined) return ok({});
  const control = controlLevels.find((each) => each === word);
  if (control !== undefined) return ok({ control });
  return usage(`--control takes ${controlLevels.join(' or ')}, not "${word}"${didYouMean(word, controlLevels)}`);
}

function leaseOptions(values: LeadingValues): Result<Pick<WrapOptions, 'lease' | 'leaseWaitMs'>, Failure> {
  const lease = values.get('lease')?.at(-1);
  if (lease !== undefined && !isLeaseName(lease)) return usage(`--lease takes ${leaseNameRule}, not "${lease}"`);
  const wait = values.get('lease-wait')?.at(-1);
  const leaseWaitMs = wait === undefined ? undefined : parseDuration(wait, dayMs);
  if (wait !== undefined && leaseWaitMs === undefined) {
    return usage(`--lease-wait takes seconds or a time such as 30s or 10m, up to 24h, not "${wait}"`);
  }
  return ok({ ...(lease !== undefined && { lease }), ...(leaseWaitMs !== undefined && { leaseWaitMs }) });
}

function parsePipe(words: readonly string[]): Parsed {
  const leading = leadingOptions(words, pipeOptions);
  if (!leading.ok) return leading;
  const { values, rest } = leading.value;
  if (values.has('help')) return other;
  if (rest[0] !== undefined) {
    return usage(`pipe reads standard input and takes no "${rest[0]}"; to wrap a command leave out "pipe"`);
  }
  const common = commonOptions(values, 'pipe');
  return common.ok ? ok({ kind: 'pipe', options: common.value }) : common;
}

function commonOptions(values: LeadingValues, defaultAgent: string): Result<PipeOptions, Failure> {
  const agent = values.get('agent')?.at(-1) ?? defaultAgent;
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(agent)) {
    return usage(`--agent takes up to 64 letters, digits, ".", "_" and "-", not "${agent}"`);
  }
  const timeout = values.get('drain-timeout')?.at(-1);
  const drainTimeoutMs = timeout === undefined ? limits.drainTimeoutMs : parseDuration(timeout);
  if (drainTimeoutMs === undefined) {
    return usage(`--drain-timeout takes seconds or a time such as 2s or 500ms, up to 1h, not "${timeout ?? ''}"`);
  }
  const mode = values.get('mode')?.at(-1);
  const storageMode = storageModes.find((each) => each === mode);
  if (mode !== undefined && storageMode === undefined) {
    return usage(`--mode takes ${storageModes.join(', ')}, not "${mode}"${didYouMean(mode, storageModes)}`);
  }
  return ok({
    agent,
    patternFiles: values.get('patterns') ?? [],
    drainTimeoutMs,
    mayServe: !values.has('no-serve'),
    ...(values.has('no-redact') && { redact: false }),
    ...(storageMode && { storageMode }),
  });
}

/** The options that were given, each with its values; a switch has none. */
type LeadingValues = ReadonlyMap<string, readonly string[]>;

interface Leading {
  readonly values: LeadingValues;
  /** The words behind the options. */
  readonly rest: readonly string[];
  /** Whether `--` ended the options. */
  readonly terminated: boolean;
}

function leadingOptions(words: readonly string[], specs: OptionSpecs): Result<Leading, Failure> {
  const [first] = words;
  const values = new Map<string, readonly string[]>();
  // Most have none, and Node's reader of options takes a while to load.
  if (first === '--') return ok({ values, rest: words.slice(1), terminated: true });
  if (first?.startsWith('-') !== true) return ok({ values, rest: words, terminated: false });
  // Not strict: what stands behind the command is not ours to complain about.
  const { tokens } = parseArgs({
    args: [...words],
    options: parseArgsOptions(specs),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') return ok({ values, rest: words.slice(token.index), terminated: false });
    if (token.kind === 'option-terminator') {
      return ok({ values, rest: words.slice(token.index + 1), terminated: true });
    }
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) {
      const hint = didYouMean(token.name, Object.keys(specs), '--');
      return usage(`unknown option ${token.rawName}${hint}; options of the command stand behind it`);
    }
    const mistake = valueMistake(spec.type, token.rawName, token.value, token.inlineValue === true);
    if (mistake !== undefined) return usage(mistake);
    values.set(token.name, [...(values.get(token.name) ?? []), ...(token.value === undefined ? [] : [token.value])]);
  }
  return ok({ values, rest: [], terminated: false });
}

function parseArgsOptions(specs: OptionSpecs) {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { type, short }]) => [name, short === undefined ? { type } : { type, short }]),
  );
}

function valueMistake(type: 'string' | 'boolean', option: string, value: string | undefined, inline: boolean) {
  if (type === 'boolean') return value === undefined ? undefined : `${option} takes no value`;
  if (value === undefined || value === '') return `${option} needs a value`;
  // `--agent --pty codex`: the value was forgotten. `--agent=--pty` says that it was not.
  return !inline && value.startsWith('-') ? `${option} needs a value, not the option ${value}` : undefined;
}

/** An agent's name from its command: `/opt/bin/codex.js` is `codex`. */
export function agentNameOf(program: string): string {
  const name = basename(program)
    .replace(/(?<=.)\.(?:[cm]?[jt]s|sh|bash|zsh|py|rb|pl|exe|cmd)$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 64);
  return name === '' ? 'unknown' : name;
}

function isReadingCommand(word: string | undefined): boolean {
  return readingCommands.some((name) => name === word);
}

function usage(message: string) {
  return fail<Failure>({ reason: 'usage', message });
}
