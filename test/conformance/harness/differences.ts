import type { Outcome } from './start.ts';

export interface Difference {
  readonly of: keyof Outcome;
  readonly bare: string;
  readonly wrapped: string;
}

/** How much is shown around the first byte that differs. */
const contextBytes = 40;

/** What differs between two outcomes; nothing, where a wrapped command behaves as if unwrapped. */
export function differences(bare: Outcome, wrapped: Outcome): Difference[] {
  const bytes = (['stdout', 'stderr', 'terminal'] as const).flatMap((of) =>
    bare[of].equals(wrapped[of]) ? [] : [{ of, ...atFirstDifference(bare[of], wrapped[of]) }],
  );
  const values = (['code', 'signal', 'settings'] as const).flatMap((of) =>
    bare[of] === wrapped[of] ? [] : [{ of, bare: String(bare[of]), wrapped: String(wrapped[of]) }],
  );
  return [...bytes, ...values];
}

function atFirstDifference(bare: Buffer, wrapped: Buffer): { bare: string; wrapped: string } {
  let at = bare.findIndex((byte, index) => byte !== wrapped[index]);
  if (at === -1) at = bare.length;
  const show = (bytes: Buffer) => {
    const from = Math.max(0, at - contextBytes);
    const text = JSON.stringify(bytes.toString('latin1', from, at + contextBytes));
    return `${bytes.length} bytes, at ${at}: ${from > 0 ? '…' : ''}${text}${at + contextBytes < bytes.length ? '…' : ''}`;
  };
  return { bare: show(bare), wrapped: show(wrapped) };
}
