import type { Stream } from '../../domain/chunk.ts';

/** Output as text, piece by piece, whatever its pieces are cut within. */
export interface OutputText {
  push(stream: Stream, bytes: Uint8Array): string;
  /** What was held back: a character that was cut off. */
  end(): string;
}

/**
 * @param breaksLines for output that was not meant for a terminal: there a line feed alone does not lead to the
 * beginning of the line
 */
export function createOutputText({ breaksLines }: { readonly breaksLines: boolean }): OutputText {
  const decoderOf = () => new TextDecoder('utf-8', { ignoreBOM: true });
  const decoders = { stdout: decoderOf(), stderr: decoderOf() };
  let endsWithReturn = false;

  function broken(text: string): string {
    if (!breaksLines || text === '') return text;
    const whole =
      endsWithReturn && text.startsWith('\n')
        ? `\n${text.slice(1).replace(/(?<!\r)\n/g, '\r\n')}`
        : text.replace(/(?<!\r)\n/g, '\r\n');
    endsWithReturn = text.endsWith('\r');
    return whole;
  }

  return {
    push: (stream, bytes) => broken(decoders[stream].decode(bytes, { stream: true })),
    end: () => decoders.stdout.decode() + decoders.stderr.decode(),
  };
}
