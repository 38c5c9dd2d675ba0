import manifest from '../../package.json' with { type: 'json' };

/** Ours, as npm knows it. */
export const version: string = manifest.version;
