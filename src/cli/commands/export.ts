import { type FileHandle, open } from 'node:fs/promises';
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
      if (!session.ok) return session;
      const { openExportSource } = await import('../../export-source.ts');
      const source = openExportSource(paths, reader, session.value.session_id, version);
      if (!source.ok) return source;
      try {
        const written =
          format === 'script'
            ? await writeScript(source.value, out ?? '')
            : await writeText(source.value, format, out, terminal);
        return written.ok ? ok(0) : written;
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
  if (out === undefined) return writing([], () => writePieces(pieces, (piece) => terminal.write(piece)));
  return writing([out], ([file]) => writePieces(pieces, (piece) => write(file, piece)));
}

async function writeScript(source: ExportSource, out: string): Promise<Result<void, Failure>> {
  const { scriptLog } = await import('../../replay/exports/script-log.ts');
  return writing([out, `${out}.timing`], async ([log, timing]) => {
    for await (const [file, piece] of scriptLog(source)) await write(file === 'log' ? log : timing, piece);
  });
}

const pieceCharacters = 64 * 1024;

/** @param take false once nobody reads any more */
async function writePieces(pieces: AsyncIterable<string>, take: (piece: string) => Promise<boolean>): Promise<void> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length < pieceCharacters) continue;
    if (!(await take(text))) return;
    text = '';
  }
  await take(text);
}

/** Opens the files, for the user's eyes only: what was printed may hold secrets. */
async function writing(
  paths: readonly string[],
  use: (files: readonly FileHandle[]) => Promise<void>,
): Promise<Result<void, Failure>> {
  const files: FileHandle[] = [];
  try {
    for (const path of paths) files.push(await open(path, 'w', 0o600));
    await use(files);
    return ok(undefined);
  } catch (error) {
    if (error instanceof ExportError) return fail(error.failure);
    if (!isSystemError(error)) throw error;
    return fail({ reason: 'recording-unwritable', message: `cannot write ${paths.join(' and ')}: ${error.message}` });
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

async function write(file: FileHandle | undefined, piece: string | Uint8Array): Promise<boolean> {
  await file?.appendFile(piece);
  return true;
}

const usage = (message: string): Failure => ({ reason: 'usage', message });
