/** Commands about what was recorded; `run` and `pipe` record. */
export const readingCommands = [
  'sessions',
  'show',
  'events',
  'code',
  'logs',
  'search',
  'stats',
  'query',
  'tail',
  'serve',
  'patterns',
  'reindex',
  'import',
  'doctor',
  'completion',
] as const;

export const commandNames: readonly string[] = [...readingCommands, 'run', 'pipe'];
