const endings = [
  { name: 'child-exits', what: 'the child exits' },
  { name: 'child-crashes', what: 'the child crashes (SIGKILL)', signal: 'SIGKILL' },
];

/** Behind its last write, with all that it wrote still in the pipes. */
export default endings.map(({ name, what, signal }) => ({
  name,
  what,
  atOnce: 2,
  share: 0.15,
  async inject(round) {
    const last = 1 + round.random(60);
    const everyMs = round.random(4);
    // As the wrapper ends as its child does, so it is killed.
    await round.wrap({ last, everyMs, lines: 1 + round.random(200), signal, ...(signal && { code: null }) }).ended;
    return 'ended';
  },
}));
