import { pathsFrom } from './domain/config.ts';
import type { Session } from './domain/session.ts';
import { loadConfig } from './load-config.ts';
import { createSessionRedaction } from './session-redaction.ts';

/** A session that does not run, as it may be written down: with the secrets in its command line masked, unless it is to keep them. */
export function redactedSession(session: Session): Session {
  const { redaction: settings } = loadConfig(pathsFrom(process.env, session.workingDirectory).config).settings;
  const redaction = createSessionRedaction({ session, settings, environment: process.env, onRefusal: () => undefined });
  return redaction.session(session);
}
