import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSettings } from '../../../src/domain/config.ts';
import { createDetector } from '../../../src/extract/redaction/detector.ts';
import { redactText } from '../../../src/extract/redaction/redact-text.ts';
import { assignmentSamples, cleanLines, type SecretSample, tokenSamples } from './corpus.ts';

const detector = createDetector(defaultSettings.redaction);

/** Whether nothing is left of the secret that could be used: no eight characters of it in a row. */
export function isMasked({ line, secret }: SecretSample): boolean {
  const redacted = redactText(line, detector);
  for (let at = 0; at + 8 <= secret.length; at += 1) {
    const piece = secret.slice(at, at + 8);
    if (/[A-Za-z0-9]{8}/.test(piece) && redacted.includes(piece)) return false;
  }
  return redacted !== line;
}

export interface RedactionScore {
  readonly of: string;
  readonly samples: number;
  readonly hits: number;
  /** The kinds that were missed, or the lines that were altered. */
  readonly misses: readonly string[];
}

function recallOf(name: string, samples: readonly SecretSample[]): RedactionScore {
  const missed = samples.filter((sample) => !isMasked(sample));
  return {
    of: name,
    samples: samples.length,
    hits: samples.length - missed.length,
    misses: missed.map(({ kind, line }) => `${kind}: ${line}`),
  };
}

function alteredOf(name: string, lines: readonly string[]): RedactionScore {
  const altered = lines.filter((line) => redactText(line, detector) !== line);
  return { of: name, samples: lines.length, hits: altered.length, misses: altered };
}

/** The lines of this project's own code, which tells a lot about secrets and holds none. */
export function linesOfFolder(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
}

export const scores = (
  root: string,
  size = 5000,
): Record<'tokens' | 'assignments' | 'generated' | 'code', RedactionScore> => ({
  tokens: recallOf('token formats: recall', tokenSamples(size)),
  assignments: recallOf('assignments: recall', assignmentSamples(size)),
  generated: alteredOf('clean lines, generated: altered', cleanLines(size)),
  code: alteredOf("clean lines, this project's code: altered", linesOfFolder(join(root, 'src'))),
});

/** The corpus, line by line, with the kind of each secret. */
export function corpusLines(size = 5000): string[] {
  const secrets = [...tokenSamples(size), ...assignmentSamples(size)];
  return [...secrets.map(({ kind, line }) => `${kind}\t${line}`), ...cleanLines(size).map((line) => `clean\t${line}`)];
}

export const shareOf = ({ hits, samples }: RedactionScore): number => hits / samples;

export function scoreTable(all: readonly RedactionScore[]): string {
  return all
    .map(
      (score) =>
        `${score.of.padEnd(44)} ${String(score.samples).padStart(6)} ${(shareOf(score) * 100).toFixed(2).padStart(7)} %`,
    )
    .join('\n');
}
