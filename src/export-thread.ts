import { parentPort, workerData } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import type { ExportFormat } from './domain/export.ts';
import { openExportSource } from './export-source.ts';
import { exportText } from './replay/exports/export-text.ts';
import type { ExportPieceMessage } from './server/send-export.ts';
import { openReader } from './store/open-reader.ts';

/*
 * The thread that makes one export, piece by piece, as it is asked for them: no export delays the feed, and none is
 * made faster than it is read.
 */

export interface ExportRequest {
  readonly paths: Paths;
  readonly session: string;
  readonly format: ExportFormat;
  readonly version: string;
}

const pieceCharacters = 64 * 1024;

if (parentPort) {
  const port = parentPort;
  const pieces = piecesOf(workerData as ExportRequest);
  port.on('message', () => {
    pieces.next().then(
      ({ value }) => port.postMessage((value ?? { kind: 'end' }) satisfies ExportPieceMessage),
      // What was sent already cannot be taken back: the stream breaks off.
      () => port.postMessage({ kind: 'broken' } satisfies ExportPieceMessage),
    );
  });
}

async function* piecesOf({ paths, session, format, version }: ExportRequest): AsyncGenerator<ExportPieceMessage> {
  const reader = openReader(paths.database);
  if (!reader.ok) throw new Error(reader.failure.message);
  const source = openExportSource(paths, reader.value, session, version);
  if (!source.ok) throw new Error(source.failure.message);
  let text = '';
  for await (const piece of exportText(format, source.value)) {
    text += piece;
    if (text.length < pieceCharacters) continue;
    yield { kind: 'piece', text };
    text = '';
  }
  if (text !== '') yield { kind: 'piece', text };
}
