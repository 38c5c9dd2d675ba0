// Paints a question for each key that it is told, and tells which keys it got: `asked N`, `got KEY`.
// `f` floods the screen behind the question; `q` ends it.
import { stdin, stdout } from 'node:process';

let asked = 0;
let flood;
const home = '\u001b[2J\u001b[H';

function ask() {
  asked += 1;
  stdout.write(`${home}asked ${asked}\r\nMay I go on with step ${asked}?\r\n1. Yes\r\n2. No\r\n`);
}

stdin.setRawMode?.(true);
stdin.on('data', (data) => {
  const keys = data.toString();
  if (keys === 'q') process.exit(0);
  if (keys === 'a') return ask();
  if (keys === 'f') {
    flood ??= setInterval(() => stdout.write('\u001b[20;1H~'), 1);
    return;
  }
  clearInterval(flood);
  stdout.write(`${home}got ${JSON.stringify(keys)}\r\n`);
});
stdout.write('\u001b[?1049hready\r\n');
