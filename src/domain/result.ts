/** An outcome that may be an expected failure. Exceptions are left for bugs. */
export type Result<Value, Failure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

export const ok = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });

export const fail = <Failure>(failure: Failure): { ok: false; failure: Failure } => ({ ok: false, failure });
