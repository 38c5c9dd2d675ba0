import { createHash } from 'node:crypto';
import type { CodeBlock, Event } from '../../domain/event.ts';
import type { Detector } from './detector.ts';
import { redactText, redactValue } from './redact-text.ts';

/**
 * The event with its secrets masked: those that its bytes did not show, because JSON or a screen was decoded since.
 * What is found in its line is masked wherever it stands; a value alone need not look like a secret.
 */
export function redactEvent(event: Event, detector: Detector): Event {
  const originalLine = redactText(event.originalLine, detector);
  const known = originalLine === event.originalLine ? [] : maskedWords(event.originalLine, originalLine);
  const redact = (text: string) =>
    known.reduce((masked, [secret, mask]) => masked.replaceAll(secret, mask), redactText(text, detector));
  const { codeBlock, metadata } = event;
  return {
    ...event,
    originalLine,
    matchedValue: redact(event.matchedValue),
    ...(metadata && { metadata: redactValue(metadata, redact) }),
    ...(codeBlock && { codeBlock: redactCode(codeBlock, detector) }),
  };
}

function redactCode(block: CodeBlock, detector: Detector): CodeBlock {
  const content = redactText(block.content, detector);
  if (content === block.content) return block;
  return { ...block, content, digest: createHash('sha256').update(content).digest('hex') };
}

/** Shorter pieces stand in any text. */
const shortestPiece = 4;

/** What was masked in a text, and by what. */
function maskedWords(text: string, masked: string): [string, string][] {
  const pieces: [string, string][] = [];
  // Where a mask has more characters than its secret has, they do not stand side by side.
  if (text.length !== masked.length) return pieces;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === masked[at]) continue;
    const start = at;
    while (at < text.length && masked[at] === '*') at += 1;
    if (at - start >= shortestPiece) pieces.push([text.slice(start, at), masked.slice(start, at)]);
  }
  return pieces;
}
