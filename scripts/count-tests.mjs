// Sums up vitest's JSON report in one plain line. Ends with 1 unless every test passed.
import { existsSync, readFileSync } from 'node:fs';

const [, , path = ''] = process.argv;
if (!existsSync(path)) {
  // Not a single test failed, but what failed must not be read as a success.
  console.error('The tests did not run: a check before them failed, which counts as one.');
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const report = JSON.parse(readFileSync(path, 'utf8'));
// A file that cannot even be loaded has no tests that could fail.
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
for (const { name, message } of brokenFiles) console.error(`${name}: ${message}`);
const testsThat = (...statuses) =>
  report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => statuses.includes(status)).map(({ fullName }) => `${name}: ${fullName}`),
  );
// Whoever reads only the end of a long log must learn what failed, and where a process ended in the middle of a test.
for (const test of testsThat('failed')) console.error(`failed: ${test}`);
const unfinished = testsThat('pending');
for (const test of unfinished) console.error(`did not end: ${test}`);
const skipped = testsThat('skipped', 'todo').length;
if (skipped > 0) console.log(`${skipped} skipped`);
const failed = report.numFailedTests + brokenFiles.length + unfinished.length;
console.log(`${report.numPassedTests} passed, ${failed} failed`);
if (!report.success || failed > 0 || report.numPassedTests === 0) process.exitCode = 1;
