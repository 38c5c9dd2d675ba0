import picocolors from 'picocolors';
import type { Finding } from '../doctor/finding.ts';
import { printableLine } from '../../domain/printable.ts';

/** One line per finding, and one on how to fix it where that is needed. */
export function findingsText(findings: readonly Finding[], form: { readonly colour: boolean }): string {
  const colours = picocolors.createColors(form.colour);
  const style = { ok: colours.green, warn: colours.yellow, fail: colours.red } as const;
  const widest = Math.max(0, ...findings.map(({ check }) => check.length));
  return findings
    .map(({ check, verdict, found, fix }) => {
      const line = `${style[verdict](verdict.padEnd(4))}  ${check.padEnd(widest)}  ${printableLine(found)}\n`;
      return fix === undefined ? line : `${line}      ${' '.repeat(widest)}  to fix: ${printableLine(fix)}\n`;
    })
    .join('');
}
