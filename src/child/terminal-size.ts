import { posix } from './posix.ts';

/** What a terminal is taken to be when we have none (`--pty` in a pipe), or one that does not tell its size. */
export const defaultTerminalSize = { columns: 80, rows: 24 } as const;

/** The size of our own terminal now. */
export function terminalSize(): { readonly columns: number; readonly rows: number } {
  const fd = [1, 2, 0].find((candidate) => posix.isTerminal(candidate));
  if (fd === undefined) return defaultTerminalSize;
  const [columns, rows] = posix.windowSize(fd);
  return { columns: columns || defaultTerminalSize.columns, rows: rows || defaultTerminalSize.rows };
}
