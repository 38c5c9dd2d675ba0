import { ReadStream } from 'node:tty';
import { sourceOf } from './byte-source.ts';
import { type Channel, descriptors } from './channel.ts';
import { createEndMarker } from './end-marker.ts';
import { sourceOfPipe } from './source-of-pipe.ts';
import type { Output } from './spawned.ts';

/** Begins to read what comes out of a channel. */
export function outputOfChannel({ stream, kind, readEnd, writeEnd }: Channel): Output {
  return {
    stream,
    target: descriptors[stream],
    source: kind === 'pipe' ? sourceOfPipe(readEnd) : sourceOf(new ReadStream(readEnd)),
    marker: createEndMarker(writeEnd),
    endsWithChild: false,
  };
}
