import { configDefaults, defineConfig } from 'vitest/config';

/** Compiles native code for a minute: it must not slow tests down that watch the clock. */
const slow = ['test/e2e/packed.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    // For what hangs; some machines are ten times as slow as others.
    testTimeout: 60_000,
    reporters: ['default', 'json'],
    // For `.ci/run`.
    outputFile: { json: 'build/test-report.json' },
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...slow],
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'packed', include: slow, sequence: { groupOrder: 1 } } },
    ],
  },
});
