import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { ExportError, type ExportFormat, exportFormats, type ExportSource } from '../../domain/export.ts';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { isSystemError } from '../../domain/system-error.ts';
import { defineCommand, withStore } from '../command.ts';
import { sessionOperand } from '../reading-options.ts';
import { refuse, type Terminal } from '../terminal.ts';
import { version } from '../version.ts';

export const exportCommand = defineCommand({
  name: 'export',
  describe: 'Write a session to a file that other programs read',
  operands: [sessionOperand],
  options: {
    format: { type: 'string', choices: [...exportFormats, 'script'], describe: 'Which' },
    out: { type: 'string', describe: 'The file; standard output where absent. For script also FILE.timing' },
  },
  examples: [
    ['ridealong export @last --format html --out session.html', 'a page that plays it, for a browser without network'],
    ['ridealong export @last --format asciicast > session.cast', 'for asciinema'],
    ['ridealong export @last --format script --out log', 'scriptreplay --timing log.timing log plays it'],
  ],
  async run({ format, out }, [reference = ''], context) {
    const { terminal, paths } = context;
    if (format === undefined)
      return refuse(terminal, usage(`--format takes one of ${exportFormats.join(', ')}, script`));
    if (format === 'script' && out === undefined)
      return refuse(terminal, usage('a script log is two files: name them with --out FILE'));
    return withStore(context, async (reader) => {
      const session = reader.findSession(reference);
      if (!session.ok) return refuse(terminal, session.failure);
      const { openExportSource } = await import('../../export-source.ts');
      const source = openExportSource(paths, reader, session.value.session_id, version);
      if (!source.ok) return refuse(terminal, source.failure);
      try {
        const written =
          format === 'script'
            ? await writeScript(source.value, out ?? '')
            : await writeText(source.value, format, out, terminal);
        return written.ok ? 0 : refuse(terminal, written.failure);
      } finally {
        source.value.close();
      }
    });
  },
});

async function writeText(
  source: ExportSource,
  format: ExportFormat,
  out: string | undefined,
  terminal: Terminal,
): Promise<Result<void, Failure>> {
  const { exportText } = await import('../../replay/exports/export-text.ts');
  const pieces = exportText(format, source);
  if (out !== undefined) return writing([out], ([file]) => writePieces(pieces, (piece) => write(file, piece)));
  return writing([], () =>
    writePieces(pieces, async (piece) => {
      await terminal.write(piece);
    }),
  );
}

async function writeScript(source: ExportSource, out: string): Promise<Result<void, Failure>> {
  const { scriptLog } = await import('../../replay/exports/script-log.ts');
  return writing([out, `${out}.timing`], async ([log, timing]) => {
    for await (const [file, piece] of scriptLog(source)) await write(file === 'log' ? log : timing, piece);
  });
}

const pieceCharacters = 64 * 1024;

async function writePieces(pieces: AsyncIterable<string>, take: (piece: string) => Promise<void>): Promise<void> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length < pieceCharacters) continue;
    await take(text);
    text = '';
  }
  await take(text);
}

/** Opens the files, for the user's eyes only: what was printed may hold secrets. */
async function writing(
  paths: readonly string[],
  use: (files: readonly WriteStream[]) => Promise<void>,
): Promise<Result<void, Failure>> {
  const files = paths.map((path) => createWriteStream(path, { mode: 0o600 }));
  try {
    await Promise.all(files.map((file) => once(file, 'open')));
    await use(files);
    await Promise.all(files.map((file) => new Promise((resolve, reject) => file.on('error', reject).end(resolve))));
    return ok(undefined);
  } catch (error) {
    if (error instanceof ExportError) return fail({ reason: 'recording-unreadable', message: error.message });
    if (!isSystemError(error)) throw error;
    return fail({ reason: 'recording-unwritable', message: `cannot write ${paths.join(' and ')}: ${error.message}` });
  }
}

async function write(file: WriteStream | undefined, piece: string | Uint8Array): Promise<void> {
  if (file?.write(piece) === false) await once(file, 'drain');
}

const usage = (message: string): Failure => ({ reason: 'usage', message });
