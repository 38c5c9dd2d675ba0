/** In the shared memory: how many threads are inside, and whether it is closed. */
const insideAt = 0;
const closedAt = 1;

/** How often to see whether all are out. */
const lookIntervalMs = 1;

/** Does what takes a lock. While the gate is closed, this thread waits: not to be called by the one that closes it. */
export type Pass = <Value>(action: () => Value) => Value;

/**
 * What the threads of a process go through to write to a database. A process that is stopped keeps its locks, and all
 * others would wait until it goes on; so whoever is about to stop it closes the gate first.
 */
export interface StopGate {
  readonly pass: Pass;
  /** Calls `stop` while nobody is inside; after `patienceMs` all the same. */
  closeFor(stop: () => void, patienceMs: number): Promise<void>;
  /** For {@link stopGateOf}, in other threads. */
  readonly shared: SharedArrayBuffer;
}

export function createStopGate(): StopGate {
  return stopGateOf(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

export function stopGateOf(shared: SharedArrayBuffer): StopGate {
  const state = new Int32Array(shared);

  /** Who finds it closed must not count as inside meanwhile. */
  function enter() {
    for (;;) {
      Atomics.add(state, insideAt, 1);
      if (Atomics.load(state, closedAt) === 0) return;
      leave();
      Atomics.wait(state, closedAt, 1);
    }
  }

  function leave() {
    Atomics.sub(state, insideAt, 1);
  }

  return {
    shared,
    pass(action) {
      enter();
      try {
        return action();
      } finally {
        leave();
      }
    },
    async closeFor(stop, patienceMs) {
      const overAtMs = performance.now() + patienceMs;
      Atomics.store(state, closedAt, 1);
      while (Atomics.load(state, insideAt) > 0 && performance.now() < overAtMs) {
        await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
      }
      try {
        stop();
      } finally {
        Atomics.store(state, closedAt, 0);
        Atomics.notify(state, closedAt);
      }
    },
  };
}
