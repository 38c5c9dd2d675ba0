import type { SourceFile } from './source-file.ts';

/**
 * One line of a timing file of util-linux's `script`: in the advanced format, a type, the seconds since the line
 * before, and more; in the classic one, the seconds and a number of bytes of output.
 */
export type ScriptTiming =
  | { readonly kind: 'bytes'; readonly of: 'output' | 'input'; readonly seconds: number; readonly length: number }
  | { readonly kind: 'header'; readonly seconds: number; readonly name: string; readonly value: string }
  | { readonly kind: 'resize'; readonly seconds: number; readonly columns: number; readonly rows: number }
  /** A signal, or a kind of line that is not known. */
  | { readonly kind: 'other'; readonly seconds: number };

const advanced = /^(?<type>[A-Z]) (?<seconds>\d+[.,]\d+) (?<rest>.*)$/;
/** Old ones write the fraction as the user's language does. */
const classic = /^(?<seconds>\d+[.,]\d+) (?<length>\d+)$/;
const size = /^SIGWINCH ROWS=(?<rows>\d+) COLS=(?<columns>\d+)$/;

/** Undefined where the text is no line of a timing file. */
export function parseScriptTiming(text: string): ScriptTiming | undefined {
  const plain = classic.exec(text)?.groups;
  if (plain !== undefined) return bytesOf('output', secondsOf(plain['seconds']), plain['length']);
  const parts = advanced.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const seconds = secondsOf(parts['seconds']);
  const rest = parts['rest'] ?? '';
  switch (parts['type']) {
    case 'O':
      return bytesOf('output', seconds, rest);
    case 'I':
      return bytesOf('input', seconds, rest);
    case 'H': {
      const [name = '', ...words] = rest.split(' ');
      return { kind: 'header', seconds, name, value: words.join(' ') };
    }
    default: {
      const groups = size.exec(rest)?.groups;
      if (groups === undefined) return { kind: 'other', seconds };
      return { kind: 'resize', seconds, columns: Number(groups['columns']), rows: Number(groups['rows']) };
    }
  }
}

/** Whether the file is one of timing: its first line is a header, or a delay and a number of bytes. */
export function isScriptTiming(firstLine: string): boolean {
  return /^H \d+[.,]\d+ [A-Z_]+ /.test(firstLine) || classic.test(firstLine);
}

/** The values that the headers at its beginning tell: START_TIME, COMMAND, COLUMNS, LINES, OUTPUT_LOG, INPUT_LOG. */
export function timingHeaders(timing: SourceFile): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const { bytes } of timing.lines()) {
    const entry = parseScriptTiming(bytes.toString().trimEnd());
    if (entry?.kind !== 'header') break;
    headers.set(entry.name, entry.value);
  }
  return headers;
}

function bytesOf(of: 'output' | 'input', seconds: number, length: string | undefined): ScriptTiming | undefined {
  return length !== undefined && /^\d{1,15}$/.test(length)
    ? { kind: 'bytes', of, seconds, length: Number(length) }
    : undefined;
}

const secondsOf = (text: string | undefined) => Number((text ?? '').replace(',', '.'));
