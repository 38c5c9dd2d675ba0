import { connect, type Socket } from 'node:net';

/** The protocol of connections that are about the role alone; they are upgraded from HTTP on the user's own socket. */
export const roleProtocol = 'ridealong-role';
/** Where one who would like the role waits for its holder's end, and where `ridealong serve` asks for it. */
export const rolePaths = { wait: '/role/wait', take: '/role/take' } as const;

/** How the role stands: nobody has it, its holder was killed, somebody has it, or has had it until now. */
export type RoleNews = 'none' | 'stale' | 'held' | 'gone';

/** Connects to whoever holds the role, and tells when it ends. Nothing is told once it was stopped. */
export function watchHolder(path: string, told: (news: RoleNews) => void): { stop(): void } {
  let isHeld = false;
  let isStopped = false;
  let isRefused = false;
  const socket = openRole(path, rolePaths.wait, (isGranted) => {
    isHeld = isGranted;
    if (isGranted) told('held');
  });
  socket.on('error', ({ code }: NodeJS.ErrnoException) => (isRefused = code === 'ECONNREFUSED'));
  socket.on('close', () => {
    if (!isStopped) told(isHeld ? 'gone' : isRefused ? 'stale' : 'none');
  });
  return {
    stop() {
      isStopped = true;
      socket.destroy();
    },
  };
}

/** What becomes of asking for the role: it is free, it is kept, or whoever had it ended before there was an answer. */
export type RoleAnswer = 'free' | 'kept' | 'none';

/** Asks the holder to hand the role over. One that takes longer keeps it. */
export function askForRole(path: string, patienceMs: number): Promise<RoleAnswer> {
  return new Promise((resolve) => {
    let answer: RoleAnswer = 'none';
    const socket = openRole(path, rolePaths.take, (isGranted) => (answer = isGranted ? 'free' : 'kept'));
    const timer = setTimeout(() => {
      answer = 'kept';
      socket.destroy();
    }, patienceMs);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

/** A connection that was granted stays open until its holder's server has left the socket. */
function openRole(path: string, target: string, onAnswer: (isGranted: boolean) => void): Socket {
  const socket = connect(path, () => {
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ${roleProtocol}\r\n\r\n`,
    );
  });
  socket.once('data', (answer) => {
    const isGranted = answer.toString('latin1').startsWith('HTTP/1.1 101 ');
    onAnswer(isGranted);
    if (!isGranted) socket.destroy();
  });
  // What is wrong with a connection ends it: `close` follows.
  socket.on('error', () => undefined);
  return socket;
}
