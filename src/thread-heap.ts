/**
 * The heap of a thread (`resourceLimits` of a worker). By default V8 lets what is young grow to 48 MB before it cleans
 * up: four threads that are busy take 45 MB more that way, and are no faster for it.
 */
export const threadHeap = { maxYoungGenerationSizeMb: 2 };
