/**
 * Whether a file, a socket, a process, or what was compressed, refused something: with one of these codes, or with any
 * where none is named. An error without a code is a bug.
 */
export function isSystemError(error: unknown, ...codes: readonly string[]): error is Error & { readonly code: string } {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return false;
  return codes.length === 0 || codes.includes(error.code);
}
