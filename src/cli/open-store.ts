import type { Paths } from '../domain/config.ts';
import type { Failure } from '../domain/failure.ts';
import type { SessionReader } from '../domain/ports.ts';
import type { Result } from '../domain/result.ts';
import { recover, type RecoverOptions } from '../recover.ts';
import { openReader } from '../store/open-reader.ts';
import { sizeText } from './output/size-text.ts';

/** Takes seconds to extract: who waits for it is told. */
const muchBytes = 20_000_000;

/**
 * The store for reading, after what killed wrappers left behind was extracted.
 * That this failed for a session is no reason not to show the others.
 */
export async function openStore(
  paths: Paths,
  complain: (message: string) => void,
  options?: RecoverOptions,
): Promise<Result<SessionReader, Failure>> {
  const failures = await recover(paths, {
    ...options,
    onExtract(session, bytes) {
      if (bytes >= muchBytes) complain(`extracting ${sizeText(bytes)} that the session ${session} left behind`);
    },
  });
  const opened = openReader(paths.database);
  for (const { message } of failures) {
    // What keeps us from reading, too, is told once, by whoever cannot go on.
    if (opened.ok || message !== opened.failure.message) complain(message);
  }
  return opened;
}
