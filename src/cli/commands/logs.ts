import { open, stat } from 'node:fs/promises';
import type { Failure } from '../../domain/failure.ts';
import { defineCommand, withStore } from '../command.ts';
import { json } from '../output/json.ts';
import { sessionOperand } from '../reading-options.ts';
import { createSequenceStripper } from '../strip-sequences.ts';
import { refuse, type Terminal } from '../terminal.ts';

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
      if (!session.ok) return refuse(terminal, session.failure);
      const { session_id, stdout_log_path, stderr_log_path } = session.value;
      const stream = options.stderr === true ? 'stderr' : 'stdout';
      const path = stream === 'stderr' ? stderr_log_path : stdout_log_path;
      if (path === null) {
        terminal.complain('standard error of this session is part of its standard output; leave out --stderr');
        return 0;
      }
      try {
        if (options.json === true) {
          await terminal.write(json({ session_id, stream, path, bytes: (await stat(path)).size }));
        } else if (options.raw === true) await printRaw(path, terminal);
        else await printAsText(path, terminal);
        return 0;
      } catch (error) {
        const prunedAt = reader.recordingPrunedAt(session_id);
        return refuse(terminal, unreadable(path, error as NodeJS.ErrnoException, prunedAt.ok ? prunedAt.value : null));
      }
    });
  },
});

async function printRaw(path: string, terminal: Terminal): Promise<void> {
  for await (const piece of pieces(path)) if (!(await terminal.write(piece))) return;
}

async function printAsText(path: string, terminal: Terminal): Promise<void> {
  const stripper = createSequenceStripper();
  for await (const piece of pieces(path)) if (!(await terminal.write(stripper.push(piece)))) return;
  await terminal.write(stripper.end());
}

async function* pieces(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, pieceBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException, prunedAt: string | null): Failure {
  // Errors without a code are bugs, not something about the file.
  if (error.code === undefined) throw error;
  const gone = prunedAt === null ? 'it is not there any more' : `it was pruned on ${prunedAt.slice(0, 10)}`;
  const reason = error.code === 'ENOENT' ? `${gone}; the events were kept` : error.message;
  return { reason: 'recording-unreadable', message: `cannot read the recording ${path}: ${reason}` };
}
