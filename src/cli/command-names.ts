/** Commands about what was recorded, and to what runs; `run` and `pipe` record. */
export const readingCommands = [
  'sessions',
  'show',
  'events',
  'code',
  'logs',
  'tail',
  'serve',
  'send',
  'pause',
  'resume',
  'kill',
  'approve',
  'deny',
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
