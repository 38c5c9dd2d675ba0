import { Socket } from 'node:net';
import { ReadStream } from 'node:tty';
import { sourceOf } from './byte-source.ts';
import { type Channel, descriptors } from './channel.ts';
import { createEndMarker } from './end-marker.ts';
import type { Output } from './spawned.ts';

/** Begins to read what comes out of a channel. */
export function outputOfChannel({ stream, kind, readEnd, writeEnd }: Channel): Output {
  const readable =
    kind === 'pipe' ? new Socket({ fd: readEnd, readable: true, writable: false }) : new ReadStream(readEnd);
  return {
    stream,
    target: descriptors[stream],
    source: sourceOf(readable),
    marker: createEndMarker(writeEnd),
    endsWithChild: false,
  };
}
