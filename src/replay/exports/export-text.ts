import type { ExportFormat, ExportSource } from '../../domain/export.ts';
import { asciicast } from './asciicast.ts';
import { csv } from './csv.ts';
import { har } from './har.ts';
import { html } from './html.ts';
import { json, jsonLines } from './json.ts';
import { markdown } from './markdown.ts';

const formats: Readonly<Record<ExportFormat, (source: ExportSource) => AsyncGenerator<string>>> = {
  json,
  jsonl: jsonLines,
  csv,
  har,
  asciicast,
  html,
  md: markdown,
};

/** The session in this format, in pieces; nothing is held but one of them. */
export const exportText = (format: ExportFormat, source: ExportSource) => formats[format](source);
