/** Signals that are meant for the child when they come to us. SIGKILL and SIGSTOP cannot be caught. */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGTSTP', 'SIGCONT'] as const;

type ForwardedSignal = (typeof forwarded)[number];

/** Hands signals on to the child from here on. */
export interface SignalForwarding {
  /** Calls `action` with these signals back at what they do by default. */
  withDefaults(action: () => void): void;
}

/**
 * Forwards to the child each signal that was sent to us alone. A Ctrl-C typed
 * in pipe mode reaches us and the child as one process group; the monitor, in
 * that group too, tells the two cases apart.
 */
export function forwardSignals(deliver: (signal: ForwardedSignal) => void): SignalForwarding {
  const listeners = forwarded.map((signal) => ({ signal, listener: () => deliver(signal) }));
  const start = () => {
    for (const { signal, listener } of listeners) process.on(signal, listener);
  };
  const stop = () => {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  };
  start();
  return {
    withDefaults(action) {
      stop();
      action();
      start();
    },
  };
}
