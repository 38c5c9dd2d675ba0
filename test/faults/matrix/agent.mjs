// agent.mjs FOLDER LINES EVERY_MS LAST [SIGNAL]
//
// Prints so many numbered lines on stdout, and one on stderr, every few milliseconds (0: as fast as it can), up to the
// last write, or until it is told to end. What it writes, and how long each write took, it notes in a ledger.
import { existsSync, openSync, writeSync } from 'node:fs';
import { endMarkIn, formatWrite, ledgerIn } from './ledger.mjs';
import { lineOf } from './output.mjs';

const [, , folder, linesPerWrite, everyMs, last, signal] = process.argv;
const ledger = openSync(ledgerIn(folder), 'a');
writeSync(ledger, `${process.pid} ${process.env.RIDEALONG_SESSION_ID}\n`);

const outputs = { stdout: { fd: 1, line: 0, rest: '' }, stderr: { fd: 2, line: 0, rest: '' } };
let writes = 0;

/** Cuts some lines in two: each write ends within a line, more often than not. */
function write(stream, lines, keep) {
  const output = outputs[stream];
  let text = output.rest;
  for (let nth = 0; nth < lines; nth += 1) text += lineOf(stream, (output.line += 1));
  const bytes = Buffer.from(text.slice(0, text.length - keep), 'latin1');
  output.rest = text.slice(text.length - keep);
  const startNs = process.hrtime.bigint();
  for (let done = 0; done < bytes.length; ) done += writeSync(output.fd, bytes, done);
  writeSync(ledger, formatWrite(stream, startNs, process.hrtime.bigint(), bytes.length));
}

function turn() {
  if (existsSync(endMarkIn(folder)) || writes >= Number(last)) {
    write('stdout', 0, 0);
    write('stderr', 0, 0);
    if (signal !== undefined) process.kill(process.pid, signal);
    process.exit(0);
  }
  writes += 1;
  write('stdout', Number(linesPerWrite), writes % 7);
  write('stderr', 1, writes % 3);
}

// Our reader may be gone: so are we then, as most programs.
process.on('uncaughtException', () => process.exit(1));
const loop = Number(everyMs) > 0 ? setInterval(turn, Number(everyMs)) : undefined;
while (loop === undefined) turn();
