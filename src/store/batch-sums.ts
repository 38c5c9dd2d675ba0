import type { Event } from '../domain/event.ts';

/** The columns that are sums, each by the field of a metric event's metadata. */
export const summedFields = {
  input_tokens: 'gen_ai.usage.input_tokens',
  output_tokens: 'gen_ai.usage.output_tokens',
  cached_tokens: 'gen_ai.usage.cache_read.input_tokens',
  reasoning_tokens: 'gen_ai.usage.reasoning.output_tokens',
  tokens: 'tokens',
  cost_usd: 'cost_usd',
  turns: 'turns',
} as const;

/** What the events of one batch add to their session's sums. */
export class BatchSums {
  /** Events that have something to do with them. */
  events = 0;
  /** By column; null where no event tells. */
  readonly amounts: Record<string, number | null> = Object.fromEntries(
    Object.keys(summedFields).map((column) => [column, null]),
  );
  /** Those that {@link callIds} does not name. */
  toolCalls = 0;
  /** Of calls that touched files. */
  readonly callIds = new Set<string>();
  /** The first event's id by path. */
  readonly files = new Map<string, number>();

  add(id: number, event: Event): void {
    if (event.type === 'metric') this.#addMetric(event);
    else if (event.type === 'tool_use') this.toolCalls += 1;
    else if (event.type === 'file_operation') this.#addFileOperation(id, event);
    else return;
    this.events += 1;
  }

  #addMetric({ metadata = {} }: Event): void {
    for (const [column, field] of Object.entries(summedFields)) {
      const value = metadata[field];
      // What is no number in JSON adds nothing.
      if (typeof value === 'number' && Number.isFinite(value))
        this.amounts[column] = (this.amounts[column] ?? 0) + value;
    }
  }

  #addFileOperation(id: number, { metadata = {} }: Event): void {
    const { path, 'gen_ai.tool.name': tool, 'gen_ai.tool.call.id': call } = metadata;
    if (typeof path === 'string' && !this.files.has(path)) this.files.set(path, id);
    if (tool === undefined || tool === null) return;
    if (call === undefined || call === null) this.toolCalls += 1;
    else this.callIds.add(typeof call === 'string' ? call : JSON.stringify(call));
  }
}
