import type { PackPlace } from '../pack-places.ts';
import type { Finding } from './finding.ts';

const installAgain = 'install ridealong again';

/** Whether the packs of every place can be used. */
export function checkPacks(places: readonly PackPlace[]): Finding[] {
  return places.map(({ origin, folder, packs, complaints }) => {
    const check = `${origin} packs`;
    const names = packs.map(({ name, version }) => `${name} ${version}`).join(', ');
    const [first] = complaints;
    if (first !== undefined) {
      const found = `${first.file}:${first.line}:${first.column}: ${first.message}`;
      // Sessions do without a user's bad pack; without ours they do without everything.
      return origin === 'shipped'
        ? { check, verdict: 'fail', found, fix: installAgain }
        : { check, verdict: 'warn', found, fix: `ridealong patterns check ${first.file}` };
    }
    if (origin === 'shipped' && packs.length === 0) {
      return { check, verdict: 'fail', found: `none in ${folder}`, fix: installAgain };
    }
    return { check, verdict: 'ok', found: names === '' ? `none in ${folder}` : names };
  });
}
