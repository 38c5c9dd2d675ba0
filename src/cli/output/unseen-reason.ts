import type { StateChangeRow } from '../../domain/rows.ts';

/** Why nobody saw how the session ended; undefined for a row that tells no such thing. */
export function unseenReason({ metadata_json }: Pick<StateChangeRow, 'metadata_json'>): string | undefined {
  if (metadata_json === null) return undefined;
  const { kind, reason } = JSON.parse(metadata_json) as Readonly<Record<string, unknown>>;
  return kind === 'unseen' && typeof reason === 'string' ? reason : undefined;
}
