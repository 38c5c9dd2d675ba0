// Prints errors, code blocks and prose on both streams for a while, the same each time.
const lines = 1200;
let line = 0;
const timer = setInterval(() => {
  for (let burst = 0; burst < 4; burst += 1) {
    line += 1;
    process.stdout.write(`step ${line} of the plan\nerror: step ${line} failed\n`);
    process.stderr.write(`fatal: warning ${line}\n`);
    if (line % 10 === 0) process.stdout.write(`\`\`\`js\nconst step = ${line};\n\`\`\`\n`);
    if (line % 7 === 0) process.stdout.write(`https://example.org/${line}\nerror: half a `);
    if (line % 7 === 3) process.stdout.write('line\n');
  }
  if (line >= lines) clearInterval(timer);
}, 2);
