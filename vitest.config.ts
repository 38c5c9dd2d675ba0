import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Most wait for processes, so none is kept free for Vitest itself.
    maxWorkers: availableParallelism(),
    // For what hangs; some machines are ten times as slow as others.
    testTimeout: 60_000,
    reporters: ['default', 'json'],
    // For `.ci/run`.
    outputFile: { json: 'build/test-report.json' },
  },
});
