import type { Failure } from '../domain/failure.ts';
import { ok, type Result } from '../domain/result.ts';
import { attempt } from './database-failure.ts';
import { fileIdentity } from './database-file.ts';

/**
 * Something that was opened on the database's file, for those who live longer than the file may: it is opened anew
 * when the file has appeared since, or another one has taken its place, as after a rebuild.
 */
export class Current<Opened extends { close(): void }> {
  readonly #path: string;
  readonly #open: (path: string) => Result<Opened, Failure>;
  #opened: { readonly value: Opened; readonly identity: string | undefined } | undefined;

  constructor(path: string, open: (path: string) => Result<Opened, Failure>) {
    this.#path = path;
    this.#open = open;
  }

  /** Costs one look at the file's status while nothing has changed. What it gave before is closed when it is opened anew. */
  get(): Result<Opened, Failure> {
    return attempt(this.#path, () => {
      const identity = fileIdentity(this.#path);
      if (this.#opened !== undefined && this.#opened.identity === identity) return ok(this.#opened.value);
      const opened = this.#open(this.#path);
      if (!opened.ok) return opened;
      this.#opened?.value.close();
      this.#opened = { value: opened.value, identity };
      return opened;
    });
  }

  close(): void {
    this.#opened?.value.close();
    this.#opened = undefined;
  }
}
