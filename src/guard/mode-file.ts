import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ForcedMode, storageModes } from '../domain/mode.ts';
import { type GuardState, untroubled } from './guard-state.ts';

/** A larger one is none of ours. */
const largestBytes = 16 * 1024;

/** What all of a user's processes know of storage: `mode.json` in the runtime folder. */
export interface ModeFile {
  /** How storage stands; untroubled where there is no file, or one that is not understood. */
  read(): GuardState;
  /** Replaces it whole. False where it cannot be written: the process then knows it alone. */
  write(state: GuardState): boolean;
}

/** @param folder the runtime folder; it must be there, and nobody else may get in */
export function openModeFile(folder: string): ModeFile {
  const file = join(folder, 'mode.json');
  return {
    read() {
      try {
        const bytes = readFileSync(file);
        return bytes.length > largestBytes ? untroubled : (stateIn(JSON.parse(bytes.toString())) ?? untroubled);
      } catch {
        return untroubled;
      }
    },
    write(state) {
      const workshop = `${file}.${process.pid}.new`;
      try {
        writeFileSync(workshop, `${JSON.stringify(state)}\n`, { mode: 0o600 });
        renameSync(workshop, file);
        return true;
      } catch {
        rmSync(workshop, { force: true });
        return false;
      }
    },
  };
}

function stateIn(value: unknown): GuardState | undefined {
  if (!isRecord(value)) return undefined;
  const { forced, failures, degraded, restored, restoredMs, prober } = value;
  if (!isCount(failures) || !isCount(degraded) || !isCount(restored)) return undefined;
  if (forced !== undefined && !isForced(forced)) return undefined;
  const isProber = isRecord(prober) && isCount(prober['pid']) && isCount(prober['sinceMs']);
  return {
    failures,
    degraded,
    restored,
    ...(isCount(restoredMs) && { restoredMs }),
    ...(forced && { forced }),
    ...(isProber && { prober: { pid: Number(prober['pid']), sinceMs: Number(prober['sinceMs']) } }),
  };
}

function isForced(value: unknown): value is ForcedMode {
  if (!isRecord(value)) return false;
  const { mode, by, reason, sinceMs, untilMs, isDamage = false } = value;
  const isMode = storageModes.some((each) => each === mode);
  const isOfSomebody = (by === 'guard' || by === 'user') && typeof reason === 'string' && typeof isDamage === 'boolean';
  return isMode && isOfSomebody && isCount(sinceMs) && isCount(untilMs);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
