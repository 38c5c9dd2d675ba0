import { createReadStream } from 'node:fs';
import { sourceOf } from './byte-source.ts';
import { noMarker } from './end-marker.ts';
import { type Sink, passThrough } from './pass-through.ts';

/** Passes our stdin on to our stdout and gives it to the sink, until either of them ends. */
export function passStdinThrough(sink: Sink): Promise<void> {
  const source = sourceOf(createReadStream('', { fd: 0 }));
  return passThrough({ stream: 'stdout', source, target: 1, marker: noMarker, endsWithChild: false }, sink).ended;
}
