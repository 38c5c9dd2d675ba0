// An agent that misbehaves in the way that its argument names. It says what it
// says in the messages of one of the agents that the packs know.
import { writeSync } from 'node:fs';

const say = (message) => writeSync(1, `${JSON.stringify(message)}\n`);
const begin = () => say({ type: 'system', subtype: 'init', session_id: 's1', cwd: '/tmp', model: 'm', tools: [] });
const answer = (text) =>
  say({
    type: 'assistant',
    session_id: 's1',
    message: { id: text, role: 'assistant', content: [{ type: 'text', text }] },
  });
const result = (isError) =>
  say({ type: 'result', subtype: 'success', is_error: isError, result: 'That is it.', session_id: 's1', num_turns: 1 });
/** Until somebody ends us. */
const runOn = () => setInterval(() => undefined, 60_000);

const deeds = {
  good() {
    begin();
    answer('Fine.');
    result(false);
  },
  /** Does not end behind its last word. */
  hangs() {
    begin();
    result(false);
    runOn();
  },
  /** The same, with something to say every now and then. */
  babbles() {
    begin();
    result(false);
    setInterval(() => writeSync(2, 'still here\n'), 20);
  },
  /** Falls silent in the midst of its work. */
  stalls() {
    begin();
    answer('Let me think.');
    runOn();
  },
  /** Ends without its last word. */
  cuts() {
    begin();
    answer('First I will');
  },
  /** Ends in the midst of a message. */
  breaks() {
    begin();
    writeSync(1, '{"type":"assistant","message":{"content":[{"type":"te');
  },
  /** Says that it failed, and exits 0. */
  lies() {
    begin();
    result(true);
  },
  /** Loses what does not fit into a pipe. */
  loses() {
    for (let line = 0; line < 1024; line += 1) writeSync(1, `${'x'.repeat(63)}\n`);
  },
  /** Asks by a notification alone, and waits for an answer. */
  asks() {
    writeSync(1, 'I would like to go on.\n\x1b]9;Approval requested\x07');
    process.stdin.once('data', () => {
      writeSync(1, 'Thank you.\n');
      process.exit(0);
    });
  },
  /** Asks on a screen that it paints, and goes on when it is answered. */
  paints() {
    writeSync(1, '\x1b[?1049h\x1b[H\x1b[2JMay I go on?\r\n  1. Yes\r\n  2. No\r\n');
    process.stdin.once('data', () => {
      writeSync(1, '\x1b[H\x1b[2JThank you.\r\n');
      process.stdin.once('data', () => process.exit(0));
    });
  },
  /** Asks on a screen when it is told to. */
  'paints-late'() {
    writeSync(1, 'Working.\r\n');
    process.stdin.once('data', () => {
      writeSync(1, '\x1b[?1049h\x1b[H\x1b[2JDo you want to proceed?\r\n❯ 1. Yes\r\n  2. No\r\n');
      process.stdin.resume();
    });
  },
  /** Paints no more while its screen says that it works. */
  freezes() {
    writeSync(1, '\x1b[?1049h\x1b[H\x1b[2J● Let me think.\r\n\r\n✽ Thinking… (2s · esc to interrupt)\r\n\r\n> \r\n');
    runOn();
  },
  /** Stops itself when it is told something, and ends when it may go on. */
  stops() {
    process.on('SIGCONT', () => process.exit(0));
    process.stdin.once('data', () => process.kill(process.pid, 'SIGSTOP'));
    writeSync(1, 'Tell me when.\n');
  },
};

deeds[process.argv[2]]?.();
