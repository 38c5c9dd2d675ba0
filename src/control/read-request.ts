import {
  type Actor,
  type CommandRequest,
  clientName,
  controlSignals,
  maxInputBytes,
  maxOptionLength,
  promptHash,
  type Refusal,
  type SessionCommand,
} from '../domain/control.ts';
import { fail, ok, type Result } from '../domain/result.ts';

/*
 * The boundary of the wrapper: what comes over its socket is believed only
 * behind these checks. By hand, because the main thread travels light.
 */

type Fields = Readonly<Record<string, unknown>>;
type Read<Value> = Result<Value, Refusal>;

/** The name that the client gave its request, where it gave one. */
export function requestIdOf(value: unknown): string | null {
  return isFields(value) && isText(value['request_id'], 128) ? value['request_id'] : null;
}

export function readRequest(value: unknown): Read<CommandRequest> {
  if (!isFields(value)) return refused('a request is a JSON object');
  const request_id = requestIdOf(value);
  if (request_id === null) return refused('request_id: is a text of at most 128 characters');
  const { expires_at } = value;
  if (typeof expires_at !== 'number') return refused('expires_at: is a time in milliseconds');
  const by = readActor(value['by']);
  if (!by.ok) return by;
  const command = readCommand(value);
  return command.ok ? ok({ request_id, expires_at, by: by.value, ...command.value }) : command;
}

function readActor(value: unknown): Read<Actor> {
  if (!isFields(value)) return refused('by: tells who asks');
  const { name, via, pid, peer } = value;
  if (typeof name !== 'string' || !clientName.test(name))
    return refused(`by.name: is up to 40 of A-Z a-z 0-9 . _ @ : + -`);
  if (via !== 'cli' && via !== 'http' && via !== 'websocket') return refused('by.via: is cli, http or websocket');
  if (pid !== undefined && !isWhole(pid)) return refused('by.pid: is the number of a process');
  if (peer !== undefined && !isText(peer, 64)) return refused('by.peer: is an address');
  return ok({ name, via, ...(pid !== undefined && { pid }), ...(peer !== undefined && { peer }) });
}

function readCommand(fields: Fields): Read<SessionCommand> {
  const { command } = fields;
  switch (command) {
    case 'get_state':
    case 'pause':
    case 'resume':
    case 'kill':
      return ok({ command });
    case 'send_signal': {
      const signal = controlSignals.find((each) => each === fields['signal']);
      return signal === undefined ? refused(`signal: is one of ${controlSignals.join(', ')}`) : ok({ command, signal });
    }
    case 'send_input': {
      const { text, submit = false } = fields;
      if (typeof text !== 'string' || Buffer.byteLength(text) > maxInputBytes) {
        return refused(`text: has at most ${maxInputBytes} bytes`);
      }
      if (typeof submit !== 'boolean') return refused('submit: is true or false');
      return text === '' && !submit ? refused('text: is empty') : ok({ command, text, submit });
    }
    case 'approve':
    case 'deny': {
      const { prompt_id, text_hash, option } = fields;
      if (!isWhole(prompt_id)) return refused('prompt_id: is the byte_offset of the prompt');
      if (typeof text_hash !== 'string' || !promptHash.test(text_hash))
        return refused('text_hash: is that of the prompt');
      if (option !== undefined && !isText(option, maxOptionLength)) return refused('option: is a key or a label');
      return ok({ command, prompt_id, text_hash, ...(option !== undefined && { option }) });
    }
    default:
      return refused('command: there is no such command');
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown, longest: number): value is string =>
  typeof value === 'string' && value.length >= 1 && value.length <= longest;

const refused = (message: string) => fail<Refusal>({ code: 'bad_command', message });
