/** The keys that a person presses, one by one, as the terminal sends them. */
export interface Keyboard {
  /** False where nobody sits in front of it. */
  readonly isThere: boolean;
  /** Called with each key from now on, until `close`. */
  open(onKey: (key: string) => void): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

/** The keyboard of the process's terminal. */
export function processKeyboard(): Keyboard {
  const { stdin, stdout } = process;
  const isThere = stdin.isTTY && stdout.isTTY;
  let stop: () => void = () => undefined;
  return {
    isThere,
    open(onKey) {
      if (!isThere) return;
      const read = (bytes: Buffer) => {
        for (const [key] of bytes.toString('latin1').matchAll(/\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[^]/g)) onKey(key);
      };
      stdin.setRawMode(true);
      stdin.on('data', read);
      stdin.resume();
      stop = () => {
        stdin.off('data', read);
        stdin.setRawMode(false);
        stdin.pause();
      };
    },
    close() {
      stop();
      stop = () => undefined;
    },
  };
}
