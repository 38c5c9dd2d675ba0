import type { Pack } from '../../../src/domain/pattern.ts';
import { loadPack } from '../../../src/extract/load-pack.ts';

/** A pack of these patterns, loaded as from a file (JSON is YAML too); type and examples may be left out. */
export function packOf(
  patterns: readonly { readonly id: string; readonly regex: string; readonly [key: string]: unknown }[],
  rest: Record<string, unknown> = {},
): Pack {
  const file = {
    name: 'test',
    version: '1.0.0',
    agents: ['*'],
    ...rest,
    patterns: patterns.map((pattern) => ({ type: 'metric', examples: { match: ['x'], no_match: ['y'] }, ...pattern })),
  };
  const loaded = loadPack(JSON.stringify(file), 'test.yaml');
  if (loaded.ok) return loaded.value;
  const real = loaded.failure.complaints.filter(({ message }) => !/match(es)? this example/.test(message));
  if (real.length > 0) throw new Error(JSON.stringify({ real, patterns }));
  throw new Error('give examples that hold');
}
