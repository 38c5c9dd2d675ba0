/** Commands about what was recorded; `run` and `pipe` record. */
export const readingCommands = [
  'sessions',
  'show',
  'events',
  'code',
  'logs',
  'tail',
  'serve',
  'patterns',
  'reindex',
  'import',
  'prune',
  'backup',
  'restore',
  'vacuum',
  'check',
  'doctor',
  'completion',
] as const;

export const commandNames: readonly string[] = [...readingCommands, 'run', 'pipe'];
