export default {
  name: 'ten-wrappers',
  what: 'ten wrappers at once',
  share: 0.01,
  async inject(round) {
    const sessions = Array.from({ length: 10 }, () => round.wrap({ last: 200 }));
    await Promise.all(sessions.map(({ ended }) => ended));
    return 'ran';
  },
};
