import type { SessionRow } from '../../domain/rows.ts';
import { durationText } from './times.ts';

/** The command as it would be typed into a shell. */
export function commandText(session: SessionRow): string {
  const words = list(session.command_json);
  return words === undefined ? session.command_json : words.map((word) => shellWord(String(word))).join(' ');
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Name and version of the packs that extracted it. */
export function packNames(session: SessionRow): string {
  const packs = list(session.extraction_config_version) ?? [];
  return packs
    .filter(isPack)
    .map(({ name, version }) => `${name} ${version}`)
    .join(', ');
}

function isPack(value: unknown): value is { name: string; version: string } {
  return typeof value === 'object' && value !== null && 'name' in value && 'version' in value;
}

function list(json: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How the child ended: `0`, `1`, `SIGTERM`; empty while it runs. */
export function exitText(session: SessionRow): string {
  return session.exit_signal ?? (session.exit_code === null ? '' : String(session.exit_code));
}

/** From its start to its end, or to now while it runs. */
export function sessionDuration(session: SessionRow, now: Date): string {
  const end = session.ended_at === null ? now.getTime() : Date.parse(session.ended_at);
  return durationText(end - Date.parse(session.started_at));
}

/** As much of a session's id as tells it apart from those that did not start in the same millisecond. */
export function shortId(sessionId: string): string {
  return sessionId.slice(0, 10);
}
