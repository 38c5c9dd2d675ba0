import { createHash } from 'node:crypto';
import { type Document, isAlias, LineCounter, parseDocument, visit } from 'yaml';
import type { Complaint, Failure } from '../domain/failure.ts';
import type { Pack, Pattern, Question, Section } from '../domain/pattern.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { checkPack } from './check-pack.ts';
import { runnable } from './linear-regex.ts';
import {
  type PatternEntry,
  type PatternFile,
  packSchema,
  type QuestionEntry,
  type SectionEntry,
} from './pack-schema.ts';
import { requiredLiterals } from './required-literals.ts';
import { schemaComplaints } from './schema-complaints.ts';
import { toMessage, toMetadata } from './to-message.ts';
import { wholeLine } from './whole-line.ts';
import { type Place, yamlPlaces } from './yaml-places.ts';

export type PackInvalid = Extract<Failure, { reason: 'pack-invalid' }>;

/** A larger file is refused unread. */
const maxPackBytes = 1024 * 1024;

const start: Place = { line: 1, column: 1 };

/**
 * Reads a pack of patterns from YAML.
 *
 * All that is wrong with it is complained about at once, each at its place in
 * the file. See `pack-schema.ts` for the format.
 */
export function loadPack(yaml: string, file: string): Result<Pack, PackInvalid> {
  const complaints: Complaint[] = [];
  const complain = (place: Place, message: string) => complaints.push({ file, ...place, message });
  const pack = readPack(yaml, complain);
  if (pack !== undefined && complaints.length === 0) return ok(pack);
  complaints.sort((a, b) => a.line - b.line || a.column - b.column);
  const first = complaints[0];
  const more = complaints.length > 1 ? ` (and ${complaints.length - 1} more)` : '';
  const where = first === undefined ? file : `${file}:${first.line}:${first.column}: ${first.message}${more}`;
  return fail({ reason: 'pack-invalid', message: where, complaints });
}

function readPack(yaml: string, complain: (place: Place, message: string) => void): Pack | undefined {
  if (Buffer.byteLength(yaml) > maxPackBytes) {
    complain(start, 'the file is larger than 1 MiB: split it');
    return undefined;
  }
  const lineCounter = new LineCounter();
  const document = parse(yaml, lineCounter);
  if (document === undefined || document.errors.some(({ message }) => message.includes('call stack'))) {
    complain(start, 'the file is nested too deeply');
    return undefined;
  }
  let isReadable = true;
  const seen = new Set<number>();
  for (const error of document.errors) {
    // After the first, the parser is confused about the same place only.
    if (seen.has(error.pos[0])) continue;
    seen.add(error.pos[0]);
    const place = lineCounter.linePos(error.pos[0]);
    complain({ line: place.line, column: place.col }, yamlMessage(error.code, error.message));
    if (error.code !== 'DUPLICATE_KEY') isReadable = false;
  }
  visit(document, {
    Alias(_, node) {
      const place = lineCounter.linePos(node.range?.[0] ?? 0);
      complain({ line: place.line, column: place.col }, 'aliases (`*name`) are not allowed: write it out');
      isReadable = false;
    },
  });
  if (!isReadable || isAlias(document.contents)) return undefined;

  const raw: unknown = document.toJS({ maxAliasCount: 0 });
  const places = yamlPlaces(document, lineCounter, yaml);
  const parsed = packSchema.safeParse(raw);
  if (!parsed.success) schemaComplaints(parsed.error, raw, places, complain);
  checkPack(raw, places, complain);
  return parsed.success ? toPack(parsed.data, yaml) : undefined;
}

/** Undefined when the parser's recursion runs out of stack; it reports this as an error of the document, or throws. */
function parse(yaml: string, lineCounter: LineCounter): Document | undefined {
  try {
    return parseDocument(yaml, { lineCounter, prettyErrors: false, uniqueKeys: true });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function yamlMessage(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'only one document per file: remove what follows `---`';
  if (code === 'DUPLICATE_KEY') return 'this key stands here twice';
  return message;
}

function toPack(file: PatternFile, yaml: string): Pack {
  return {
    name: file.name,
    version: file.version,
    agents: file.agents,
    sections: file.sections.map(toSection),
    ...(file.repeats && { repeats: file.repeats }),
    patterns: file.patterns.map(toPattern),
    messages: file.messages.map(toMessage),
    questions: file.questions.map(toQuestion),
    digest: createHash('sha256').update(yaml).digest('hex'),
  };
}

function toSection({ id, begin, lines, until_blank, form, frame }: SectionEntry): Section {
  return {
    id,
    ...(lines !== undefined && { lines }),
    ...(until_blank !== undefined && { untilBlank: until_blank }),
    ...(form && { form }),
    ...(frame && { frame }),
    ...(begin !== undefined && { begin, ...prepared(wholeLine(begin), '', undefined) }),
  };
}

function toPattern(entry: PatternEntry): Pattern {
  return {
    id: entry.id,
    ...(entry.type && { type: entry.type }),
    regex: entry.regex,
    flags: entry.flags,
    risk: entry.risk,
    priority: entry.priority,
    autoConfirmable: entry.auto_confirmable,
    ...(entry.stream && { stream: entry.stream }),
    ...(entry.section !== undefined && { section: entry.section }),
    ...(entry.form && { form: entry.form }),
    ...(entry.frame && { frame: entry.frame }),
    ...(entry.state && { state: entry.state }),
    ...(entry.stands === true && { stands: true }),
    ...(entry.metadata && { metadata: toMetadata(entry.metadata) }),
    ...prepared(entry.regex, entry.flags, entry.literal),
    examples: { match: entry.examples.match, noMatch: entry.examples.no_match },
  };
}

function toQuestion(entry: QuestionEntry): Question {
  const { id, question, option, command, refused, risk, auto_confirmable, examples } = entry;
  return {
    id,
    question,
    option,
    ...(command !== undefined && { command }),
    ...(refused !== undefined && { refused }),
    executions: executionsOf({ question, option, command, refused }),
    risk,
    autoConfirmable: auto_confirmable,
    examples: { match: examples.match, noMatch: examples.no_match },
  };
}

function executionsOf(regexes: Readonly<Record<string, string | undefined>>): Question['executions'] {
  return Object.fromEntries(
    Object.entries(regexes).flatMap(([name, regex]) => {
      const execution = regex === undefined ? undefined : runnable(regex, '');
      return execution ? [[name, execution]] : [];
    }),
  );
}

/** What the matcher wants to know of a regex. An invalid one has been complained about, and never gets there. */
function prepared(regex: string, flags: string, hints: readonly string[] | undefined) {
  const execution = runnable(regex, flags);
  if (execution === undefined) return {};
  const literals = hints ?? requiredLiterals(regex, flags);
  return { execution, ...(literals && { literals }) };
}
