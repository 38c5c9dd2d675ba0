import { connect } from 'node:net';
import type { CommandReply, CommandRequest, CommandResult, Refusal } from '../domain/control.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { readJsonLines, writeJsonLine } from './json-lines.ts';

/** A wrapper that has not read a request by then is stopped, or far too busy. */
const acceptMs = 2_000;
/** Whatever is asked for has come about, or was given up, long before. */
const answerMs = 30_000;

export type Outcome = Result<CommandResult, Refusal>;

/** Sends one command to the wrapper behind this socket, and waits until it was carried out. */
export function sendCommand(path: string, command: Omit<CommandRequest, 'expires_at'>): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let timer = setTimeout(() => end(notAnswering), acceptMs);
    const end = (outcome: Outcome) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    socket.on('connect', () => writeJsonLine(socket, { ...command, expires_at: Date.now() + acceptMs }));
    // Nobody listens any more, or nobody ever did.
    socket.on('error', () => end(notRunning));
    socket.on('close', () => end(notRunning));
    readJsonLines(socket, {
      onValue(value) {
        // It comes from a wrapper of ours, which this user alone can have started.
        const reply = value as CommandReply | null;
        if (typeof reply !== 'object' || reply === null) end(notAnswering);
        else if ('result' in reply) end(ok(reply.result));
        else if ('refusal' in reply) end(fail(reply.refusal));
        else {
          clearTimeout(timer);
          timer = setTimeout(() => end(notAnswering), answerMs);
        }
      },
      onGarbage: () => end(notAnswering),
    });
  });
}

const notRunning = fail<Refusal>({ code: 'not_running', message: 'the session does not run any more' });
const notAnswering = fail<Refusal>({
  code: 'not_answering',
  message: 'the session does not answer; where it was stopped by Ctrl-Z, fg lets it go on',
});
