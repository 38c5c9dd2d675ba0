import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from './problem.ts';
import { rolePaths, roleProtocol } from './role-connection.ts';

/** The holder's side of connections about the role. */
export interface RoleDoor {
  /** Answers an upgrade to {@link roleProtocol}. */
  upgrade(request: IncomingMessage, socket: Duplex): Problem | undefined;
  /** Tells all who wait that the role is free. */
  open(): void;
}

export const isAboutRole = ({ headers }: IncomingMessage) => headers.upgrade === roleProtocol;

/** @param onHandOver is called when the role is asked for; absent where it is kept */
export function createRoleDoor(onHandOver: (() => void) | undefined): RoleDoor {
  const waiting = new Set<Duplex>();
  return {
    upgrade({ url }, socket) {
      if (url !== rolePaths.wait && url !== rolePaths.take) {
        return { status: 404, code: 'not_found', message: 'the role is waited for, or taken' };
      }
      if (url === rolePaths.take && onHandOver === undefined) {
        return { status: 409, code: 'server_running', message: 'this server keeps the role' };
      }
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${roleProtocol}\r\n\r\n`);
      waiting.add(socket);
      socket.on('close', () => waiting.delete(socket));
      // Nothing is said here, but the end is.
      socket.resume();
      if (url === rolePaths.take) onHandOver?.();
      return undefined;
    },
    open() {
      for (const socket of waiting) socket.destroy();
    },
  };
}
