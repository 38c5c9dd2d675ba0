import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { exitCodes } from '../domain/failure.ts';
import type { Ending } from '../domain/session.ts';
import type { ChildNews } from './child-news.ts';
import { sourceOfPipe } from './source-of-pipe.ts';

/** Reads what the monitor of a command tells, until it is gone. */
export function readNews(fd: number, commandName: string, onNews: (news: ChildNews) => void): void {
  let text = '';
  let ended = false;
  const tell = (news: ChildNews) => {
    if (ended) return;
    ended = news.kind === 'ended';
    onNews(news);
  };
  sourceOfPipe(fd).start(
    (bytes) => {
      const lines = (text + bytes.toString('latin1')).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const news = newsFrom(line, commandName);
        if (news) tell(news);
      }
    },
    () => {
      // A monitor that was killed takes the child's ending with it.
      tell({
        kind: 'ended',
        ending: { kind: 'unseen', reason: 'the process that watches over the command was killed' },
      });
    },
  );
}

function newsFrom(line: string, commandName: string): ChildNews | undefined {
  const [what, value] = line.split(' ');
  const number = Number(value);
  switch (what) {
    case 'started':
      return { kind: 'started', pid: number };
    case 'stopped':
      return { kind: 'stopped', signal: number };
    case 'exited':
      return { kind: 'ended', ending: { kind: 'exited', code: number } };
    case 'killed':
      return { kind: 'ended', ending: { kind: 'killed', signal: number, signalName: signalName(number) } };
    case 'unstartable':
      return { kind: 'ended', ending: unstartable(commandName, number) };
    default:
      return undefined;
  }
}

function signalName(number: number): string {
  const known = Object.entries(constants.signals).find(([, value]) => value === number);
  return known?.[0] ?? `SIG${number}`;
}

/** As a POSIX shell tells it: 127 when there is no such command, 126 when it cannot be run. */
function unstartable(command: string, errno: number): Ending {
  const reason = getSystemErrorMap().get(-errno);
  if (reason?.[0] === 'ENOENT') {
    return { kind: 'not-started', code: exitCodes.commandNotFound, message: `${command}: command not found` };
  }
  const why = reason?.[1] ?? `error ${errno}`;
  return {
    kind: 'not-started',
    code: exitCodes.commandNotExecutable,
    message: `${command}: cannot be executed: ${why}`,
  };
}
