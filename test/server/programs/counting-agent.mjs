// Prints `error: number 1`, `error: number 2` and so on, ten every few milliseconds: how many, how fast.
const [, , last, everyMs] = process.argv.map(Number);
let number = 0;
const timer = setInterval(() => {
  for (let burst = 0; burst < 10 && number < last; burst += 1) {
    number += 1;
    process.stdout.write(`error: number ${number}\n`);
  }
  if (number >= last) clearInterval(timer);
}, everyMs);
