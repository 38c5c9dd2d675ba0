/**
 * Measures several things in turn, A B A B …, so that whatever else the machine does meets all of them alike.
 * The first round is not counted.
 *
 * @param measures by name, functions that give one sample
 * @returns by name, the samples
 */
export async function interleave(measures, rounds) {
  const samples = Object.fromEntries(Object.keys(measures).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, measure] of Object.entries(measures)) {
      const sample = await measure();
      if (round > 0) samples[name].push(sample);
    }
  }
  return samples;
}
