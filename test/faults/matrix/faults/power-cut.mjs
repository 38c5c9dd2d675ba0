import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { mountImage, mountMemory, noMount } from '../file-systems.mjs';
import { needs } from '../needs.mjs';
import { nowMs } from '../wrapped.mjs';

const mebibytes = 64;
/** At most so much of the recording may be lost. */
const maxLostMs = 1000;

/** A copy of the disk as it is at one moment: two in a row are the same. */
function imageOf(disk, copy) {
  const read = () => readFileSync(disk);
  for (let last = read(), next = read(); ; last = next, next = read()) {
    if (!last.equals(next)) continue;
    cpSync(disk, copy);
    if (readFileSync(copy).equals(next)) return;
  }
}

/**
 * The data is on a disk in a file. While the wrapper, and thus what it writes, is halted for a moment, the file is
 * copied: it has what was synced, not what only the kernel knows. The copy is mounted, which plays its journal back.
 */
export default {
  name: 'power-cut',
  what: 'a power cut',
  share: 0.05,
  atOnce: 2,
  whyNot: () => noMount() ?? needs.program('mkfs.ext4', 'e2fsprogs'),
  async inject(round) {
    // What this disk is told to sync must not wait for what the machine's own disk has to do.
    const machine = join(round.folder, 'machine');
    mountMemory(round, machine, 2 * mebibytes * 1024);
    const [disk, copy] = [join(machine, 'disk'), join(machine, 'copy')];
    mountImage(round, disk, round.home.data, mebibytes);
    const session = round.wrap({ isWhole: false });
    await round.acknowledged(1);
    await pause(round.random(4000));
    session.kill('SIGSTOP');
    round.expect(session, { keptUntilMs: nowMs() - maxLostMs });
    await round.ask('stop');
    imageOf(disk, copy);
    session.kill('SIGKILL');
    await session.ended;
    mountImage(round, copy, round.home.data);
    return 'cut';
  },
};
