import { createHash } from 'node:crypto';
import type { ExportSource } from '../../domain/export.ts';
import { printable, printableLine } from '../../domain/printable.ts';
import type { TimelineMoment } from '../../domain/replay.ts';
import { createSequenceStripper } from '../../domain/strip-sequences.ts';
import { commandLine } from './command-line.ts';
import { clock, facts } from './facts.ts';
import { pagePlayer, pageStyle } from './page-player.ts';

/** More makes a page that no browser opens in a reasonable time. */
const mostFrameBytes = 32 * 1024 * 1024;
const mostEvents = 10_000;
/** The screen is not shown more often than this, nor in more frames. */
const frameUs = 100_000;
const mostFrames = 20_000;
const blockBytes = 64 * 1024;

const digestOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but our own script and style runs in the page, and nothing is loaded from anywhere. */
const policy = `default-src 'none'; script-src ${digestOf(pagePlayer)}; style-src ${digestOf(pageStyle)}; base-uri 'none'; form-action 'none'`;

/** A page that plays the session, with its summary and its events; it needs nothing else, and no network. */
export async function* html(source: ExportSource): AsyncGenerator<string> {
  const { summary, head } = source;
  const title = commandLine(summary.session) || summary.session.agent_name;
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<dl>
`;
  for (const [name, value] of facts(summary, head)) yield `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>\n`;
  yield `</dl>
<pre id="screen"${head.size === undefined ? ' class="plain"' : ''}></pre>
<form><button type="button" id="play">Play</button><input id="seek" type="range" min="0" max="${Math.ceil(head.durationUs / 1000)}" aria-label="Time"><output id="time"></output><select id="speed" aria-label="Speed"><option value="1">1x</option><option value="2">2x</option><option value="5">5x</option><option value="20">20x</option></select></form>
<h2>Events</h2>
<ol>
`;
  yield* events(source);
  yield '</ol>\n';
  yield* blocks(head.size === undefined ? printed(source) : screens(source, head.size));
  yield `<script>${pagePlayer}</script>\n</body>\n</html>\n`;
}

async function* events({ moments }: ExportSource): AsyncGenerator<string> {
  let count = 0;
  for await (const { timeUs, ...moment } of moments(['extraction'])) {
    if (moment.kind !== 'extraction') continue;
    count += 1;
    if (count > mostEvents) {
      yield `<li>more than ${mostEvents} events: the rest is left out</li>\n`;
      return;
    }
    const { event_type, risk_level, matched_value } = moment.row;
    const button = `<button type="button" data-ms="${Math.ceil(timeUs / 1000)}">${clock(timeUs)}</button>`;
    yield `<li>${button}<span class="type">${event_type}</span><code class="${risk_level}">${escaped(matched_value)}</code></li>\n`;
  }
}

type Frame = readonly [ms: number, shown: string | Readonly<Record<string, string | number>>];

/** The frames as data blocks of some size: a page that is cut off still has those before. */
async function* blocks(frames: AsyncIterable<Frame>): AsyncGenerator<string> {
  let pending: string[] = [];
  let bytes = 0;
  let all = 0;
  const block = () => `<script type="application/json" class="frames">[${pending.join(',\n')}]</script>\n`;
  for await (const frame of frames) {
    // Within a script element only `<` means anything to the page.
    const text = JSON.stringify(frame).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028');
    pending.push(text);
    bytes += text.length;
    all += text.length;
    if (bytes >= blockBytes) {
      yield block();
      pending = [];
      bytes = 0;
    }
    if (all >= mostFrameBytes) {
      yield '<p>The recording is larger than a page should be: the rest is left out.</p>\n';
      break;
    }
  }
  if (pending.length > 0) yield block();
}

async function* printed({ moments }: ExportSource): AsyncGenerator<Frame> {
  const strippers = { stdout: createSequenceStripper(), stderr: createSequenceStripper() };
  let ms = 0;
  for await (const moment of moments(['output'])) {
    if (moment.kind !== 'output') continue;
    ms = Math.ceil(moment.timeUs / 1000);
    const text = strippers[moment.stream].push(moment.bytes);
    if (text !== '') yield [ms, text];
  }
  const rest = strippers.stdout.end() + strippers.stderr.end();
  if (rest !== '') yield [ms, rest];
}

/** The rows that have changed since the frame before, as often as is worth showing. */
async function* screens(source: ExportSource, size: { columns: number; rows: number }): AsyncGenerator<Frame> {
  const screen = source.openScreen(size);
  const everyUs = Math.max(frameUs, source.head.durationUs / mostFrames);
  let shown: readonly string[] = [];
  let dueUs = 0;
  let changedUs: number | undefined;
  const look = (timeUs: number): Frame | undefined => {
    const rows = screen.rows();
    const changed = rows.flatMap((row, index) =>
      row === shown[index] ? [] : [[String(index), printableRow(row)] as const],
    );
    // Each time: who seeks takes several frames for one.
    const count = rows.length === shown.length ? {} : { rows: rows.length };
    shown = rows;
    if (changed.length === 0 && !('rows' in count)) return undefined;
    return [Math.ceil(timeUs / 1000), { ...Object.fromEntries(changed), ...count }];
  };
  try {
    for await (const moment of source.moments(['output'])) {
      if (changedUs !== undefined && moment.timeUs > changedUs && moment.timeUs >= dueUs) {
        const frame = look(changedUs);
        if (frame !== undefined) yield frame;
        dueUs = changedUs + everyUs;
      }
      apply(screen, moment);
      changedUs = moment.timeUs;
    }
    const last = look(changedUs ?? 0);
    if (last !== undefined) yield last;
  } finally {
    screen.close();
  }
}

function apply(screen: ReturnType<ExportSource['openScreen']>, moment: TimelineMoment): void {
  if (moment.kind === 'output') screen.write(moment.bytes);
  else if (moment.kind === 'resize') screen.resize(moment.columns, moment.rows);
}

/** Between its colours, a row's text does nothing either. */
const printableRow = (row: string) =>
  row
    .split(/(\x1b\[[0-9;]*m)/)
    .map((part) => (part.startsWith('\x1b[') ? part : printableLine(part)))
    .join('');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
