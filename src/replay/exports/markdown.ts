import type { ExportSource } from '../../domain/export.ts';
import { printable, printableLine } from '../../domain/printable.ts';
import { commandLine } from './command-line.ts';
import { clock, facts } from './facts.ts';

/** A report to be read by a person. Whatever was recorded stands in code, where nothing means anything. */
export async function* markdown({ summary, codeBlocks, head, moments }: ExportSource): AsyncGenerator<string> {
  const { session, states, filesTouched } = summary;
  yield `# ${code(commandLine(session) || session.agent_name)}\n\n`;
  for (const [name, value] of facts(summary, head)) yield `- ${name}: ${code(value)}\n`;
  yield* section(
    'States',
    states.map(({ timestamp, state }) => `${code(timestamp)} ${state}`),
  );
  yield* section('Files', filesTouched.map(code));
  yield '\n## Events\n\n';
  for await (const moment of moments(['extraction'])) {
    if (moment.kind !== 'extraction') continue;
    const { event_type, risk_level, pattern, matched_value } = moment.row;
    const risk = risk_level === 'low' ? '' : `, **${risk_level}**`;
    yield `- ${clock(moment.timeUs)} ${event_type}${risk} ${code(pattern)} ${code(matched_value)}\n`;
  }
  if (codeBlocks.length > 0) yield '\n## Code\n';
  for (const { language, content, timestamp } of codeBlocks) {
    const fence = longerThan(content, 3);
    const text = printable(content.endsWith('\n') ? content : `${content}\n`);
    yield `\n${code(timestamp)}\n\n${fence}${language.replace(/[^\w+#.-]/g, '')}\n${text}${fence}\n`;
  }
}

function* section(title: string, items: readonly string[]): Generator<string> {
  if (items.length === 0) return;
  yield `\n## ${title}\n\n`;
  for (const item of items) yield `- ${item}\n`;
}

/** A code span (CommonMark 6.1): fenced by more backticks than it has in a row. */
function code(text: string): string {
  const line = printableLine(text);
  if (line.trim() === '') return '` `';
  const fence = longerThan(line, 1);
  return `${fence} ${line} ${fence}`;
}

function longerThan(text: string, least: number): string {
  const longest = (text.match(/`+/g) ?? []).reduce((length, run) => Math.max(length, run.length), least - 1);
  return '`'.repeat(longest + 1);
}
