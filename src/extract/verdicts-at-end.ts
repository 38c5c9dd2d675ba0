import { type Stream, streams } from '../domain/chunk.ts';
import type { Ending, SessionState } from '../domain/session.ts';
import type { Evidence, Verdict, VerdictName } from '../domain/state.ts';

/** As much as fits into a pipe: output that ends there was not written to its end, but lost with its process. */
const pipeBytes = 65_536;

/** The verdicts that a session's end gives, from what came before it. */
export interface EndVerdicts {
  output(stream: Stream, bytes: number): void;
  said(state: SessionState, evidence: Evidence & { readonly pattern: string }): void;
  /** It went on, whatever a line of text said of its failing. */
  progress(): void;
  cutMessage(evidence: Evidence): void;
  /** All that hold; none of a command that was never started. */
  at(timeUs: number, ending: Ending): Verdict[];
}

/** @param turnPatterns ids of the patterns whose lines begin a turn that a later line ends */
export function createEndVerdicts(turnPatterns: Pick<ReadonlySet<string>, 'has'>): EndVerdicts {
  const totals: Record<Stream, number> = { stdout: 0, stderr: 0 };
  /** What showed that a turn began, as long as nothing showed its end. */
  let openTurn: Evidence | undefined;
  let failure: Evidence | undefined;
  let cutMessage: Evidence | undefined;

  return {
    output(stream, bytes) {
      totals[stream] += bytes;
    },
    said(state, evidence) {
      const isOver = state === 'completed' || state === 'failed' || state === 'crashed' || state === 'idle';
      if (isOver) openTurn = undefined;
      else if (evidence.source === 'message' || (state === 'working' && turnPatterns.has(evidence.pattern))) {
        openTurn ??= evidence;
      }
      failure = state === 'failed' || state === 'crashed' ? evidence : undefined;
    },
    progress() {
      if (failure?.source === 'pattern') failure = undefined;
    },
    cutMessage(evidence) {
      cutMessage = evidence;
    },
    at(timeUs, ending) {
      if (ending.kind === 'not-started') return [];
      const verdicts: Verdict[] = [];
      const give = (name: VerdictName, sentence: string, evidence: Evidence) =>
        verdicts.push({ name, timeUs, sentence, evidence });
      if (cutMessage) give('json-cut', 'the stream ended in the middle of a message', cutMessage);
      // What was imported may be all there is, or not: agents keep their transcripts without a last word.
      if (openTurn && ending.kind !== 'untold') give('cut', 'the session ended without a terminal message', openTurn);
      if (failure && ending.kind === 'exited' && ending.code === 0) {
        give('exit-zero', 'the exit code was 0 though the stream said that it failed', failure);
      }
      for (const stream of streams) {
        if (totals[stream] !== pipeBytes) continue;
        const evidence = { source: 'output', stream, bytes: pipeBytes } as const;
        give('truncated', `${stream} stopped at exactly 65,536 bytes, as much as fits into a pipe`, evidence);
      }
      return verdicts;
    },
  };
}
