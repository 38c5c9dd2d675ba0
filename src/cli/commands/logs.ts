import { fail, ok } from '../../domain/result.ts';
import { type DroppedPart, readDropped } from '../../recording/dropped-part.ts';
import { recordingFolder } from '../../recording/folder.ts';
import { openRecordedFile, type RecordedFile } from '../../recording/recorded-file.ts';
import { unreadable, unreadableFor } from '../../recording/unreadable.ts';
import { defineCommand, withStore } from '../command.ts';
import { json } from '../output/json.ts';
import { sessionOperand } from '../reading-options.ts';
import { createSequenceStripper } from '../../domain/strip-sequences.ts';
import type { Terminal } from '../terminal.ts';

/** Bytes read and printed at a time; memory does not grow with the recording. */
const pieceBytes = 64 * 1024;

export const logsCommand = defineCommand({
  name: 'logs',
  describe: 'Print the recorded output, without escape sequences',
  operands: [sessionOperand],
  options: {
    stderr: { type: 'boolean', describe: 'Standard error instead of standard output' },
    raw: { type: 'boolean', describe: 'The bytes as they were recorded, which may do things to your terminal' },
    json: { type: 'boolean', describe: 'Print one JSON document that tells where the recording is' },
  },
  examples: [
    ['ridealong logs @last | less', 'the last session, as text'],
    ['ridealong logs @2 --raw > output', 'the last but one, byte for byte'],
  ],
  async run(options, [reference = ''], context) {
    const { terminal } = context;
    return withStore(context, async (reader) => {
      const session = reader.findSession(reference);
      if (!session.ok) return session;
      const { session_id, stdout_log_path, stderr_log_path } = session.value;
      const stream = options.stderr === true ? 'stderr' : 'stdout';
      const path = stream === 'stderr' ? stderr_log_path : stdout_log_path;
      if (path === null) {
        terminal.complain('standard error of this session is part of its standard output; leave out --stderr');
        return ok(0);
      }
      let file: RecordedFile | undefined;
      try {
        file = openRecordedFile(path);
        if (file === undefined) {
          const prunedAt = reader.recordingPrunedAt(session_id);
          return fail(unreadable(path, goneText(prunedAt.ok ? prunedAt.value : null)));
        }
        const dropped = readDropped(recordingFolder(context.paths.recordings, session_id))[stream];
        if (options.json === true) {
          const part = dropped ?? null;
          await terminal.write(json({ session_id, stream, path: file.path, bytes: file.size(), dropped: part }));
          return ok(0);
        }
        if (dropped !== undefined) {
          const bytes = (dropped.to - dropped.from).toLocaleString('en');
          terminal.complain(`${bytes} bytes behind byte ${dropped.from} were dropped: the recording was too large`);
        }
        if (options.raw === true) await printRaw(pieces(file, dropped), terminal);
        else await printAsText(pieces(file, dropped), terminal);
        return ok(0);
      } catch (error) {
        return fail(unreadableFor(path, error));
      } finally {
        file?.close();
      }
    });
  },
});

async function printRaw(recorded: Iterable<Uint8Array>, terminal: Terminal): Promise<void> {
  for (const piece of recorded) if (!(await terminal.write(piece))) return;
}

async function printAsText(recorded: Iterable<Uint8Array>, terminal: Terminal): Promise<void> {
  const stripper = createSequenceStripper();
  for (const piece of recorded) if (!(await terminal.write(stripper.push(piece)))) return;
  await terminal.write(stripper.end());
}

function* pieces(file: RecordedFile, dropped: DroppedPart | undefined): Generator<Uint8Array> {
  for (let offset = 0; ; ) {
    if (dropped !== undefined && offset >= dropped.from && offset < dropped.to) offset = dropped.to;
    const end = dropped !== undefined && offset < dropped.from ? dropped.from : Infinity;
    const piece = file.read(offset, Math.min(pieceBytes, end - offset));
    if (piece.length === 0) return;
    yield piece;
    offset += piece.length;
  }
}

function goneText(prunedAt: string | null): string {
  const how = prunedAt === null ? 'it is not there any more' : `it was pruned on ${prunedAt.slice(0, 10)}`;
  return `${how}; the events were kept`;
}
