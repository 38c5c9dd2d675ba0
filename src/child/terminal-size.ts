import { WriteStream, isatty } from 'node:tty';

/** What a terminal is taken to be when we have none (`--pty` in a pipe). */
export const defaultTerminalSize = { columns: 80, rows: 24 } as const;

let stream: WriteStream | undefined;

/** The size of our own terminal now. */
export function terminalSize(): { readonly columns: number; readonly rows: number } {
  const fd = [1, 2, 0].find((candidate) => isatty(candidate));
  if (fd === undefined) return defaultTerminalSize;
  // Not `process.stdout`: where that is a pipe, looking at it makes the pipe non-blocking for everyone.
  stream ??= new WriteStream(fd);
  const [columns, rows] = stream.getWindowSize();
  return { columns, rows };
}
