import type { Checkpoint, Gap } from './domain/batch.ts';
import type { Paths } from './domain/config.ts';
import type { Complaint, Failure } from './domain/failure.ts';
import type { Keyframe } from './domain/keyframe.ts';
import type { EventStore } from './domain/ports.ts';
import { type Result, ok } from './domain/result.ts';
import type { Session } from './domain/session.ts';
import type { StateThresholds } from './domain/state.ts';
import { type ChosenPacks, choosePacks } from './extract/load-packs.ts';
import { underLease } from './guard/under-lease.ts';
import { gitHead } from './recording/git-head.ts';
import { type SessionExtraction, createSessionExtraction, nothingStored } from './session-extraction.ts';
import type { VerdictWatch } from './session-findings.ts';
import type { SessionRedaction } from './session-redaction.ts';
import { openStore } from './store/open-store.ts';
import { untilNotBusy } from './until-not-busy.ts';

/** How long a call waits for another process's lock: recording waits with it. */
const lockPatienceMs = 50;

/** Completes the session by what takes a while to find out: the packs that apply, and where its repository stands. */
export async function describeSession(
  session: Session,
  paths: Paths,
): Promise<{ session: Session; packs: ChosenPacks; complaints: readonly Complaint[] }> {
  const [git, packs] = await Promise.all([
    gitHead(session.workingDirectory),
    choosePacks(session.agent, paths, session.patternFiles),
  ]);
  const { identities, complaints } = packs;
  return { session: { ...session, packs: identities, ...(git && { git }) }, packs, complaints };
}

/** Opens the store and begins the session in it. */
export async function openExtraction(
  session: Session,
  packs: ChosenPacks,
  paths: Paths,
  rest: {
    readonly thresholds: StateThresholds;
    readonly watch: VerdictWatch;
    readonly onLeaseLost: (message: string) => void;
    readonly onKeyframe: (keyframe: Keyframe) => void;
    readonly redaction: SessionRedaction;
    readonly onCommitted: (checkpoint: Checkpoint) => readonly Gap[];
  },
): Promise<Result<{ store: EventStore; extraction: SessionExtraction }, Failure>> {
  const opened = openStore({ ...paths, lockPatienceMs });
  if (!opened.ok) return opened;
  const store = opened.value;
  const added = await untilNotBusy(() => store.addSession(session));
  if (!added.ok) return added;
  const leased = session.lease && underLease(store, session.lease, rest.onLeaseLost);
  const extraction = createSessionExtraction({
    ...rest,
    session,
    store: leased ?? store,
    onCommitted: (checkpoint) => (leased?.isLost === true ? [] : rest.onCommitted(checkpoint)),
    stored: nothingStored,
    get packs() {
      return packs.load();
    },
  });
  return ok({ store, extraction });
}
