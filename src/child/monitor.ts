import { closeSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import type { ChildNews } from './child-news.ts';
import { posix } from './posix.ts';
import { readNews } from './read-news.ts';

/** Our end of the two pipes to `ridealong-monitor`, which is the child's parent. */
export interface Monitor {
  /** The descriptors that the monitor must be given, and under which it will find them. */
  readonly control: number;
  readonly status: number;
  /** To be called when the monitor has been started: its ends are its own now. */
  begin(onNews: (news: ChildNews) => void): void;
  /** Starts the command. */
  go(): void;
  /** Delivers a signal to the child, unless the whole process group got it already. */
  deliver(signal: NodeJS.Signals): void;
  /** Lets the monitor end; it ends the child first, should that still run. */
  release(): void;
}

export function createMonitor(commandName: string): Monitor {
  const [control, controlEnd] = posix.pipe();
  const [statusEnd, status] = posix.pipe();
  let open = true;
  const order = (byte: number) => {
    try {
      if (open) writeSync(controlEnd, Buffer.of(byte));
    } catch {
      // The monitor was killed; its status pipe tells.
    }
  };
  return {
    control,
    status,
    begin(onNews) {
      closeSync(control);
      closeSync(status);
      readNews(statusEnd, commandName, onNews);
    },
    go: () => order(0),
    deliver: (signal) => order(constants.signals[signal]),
    release() {
      if (open) closeSync(controlEnd);
      open = false;
    },
  };
}
