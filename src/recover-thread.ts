import { parentPort, workerData } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import { recover } from './recover.ts';

/*
 * The thread that extracts what a killed wrapper has left behind, for those
 * who follow: the one that serves has no time for it.
 */

// What fails is told by the commands that read.
if (parentPort) void recover(workerData as Paths);
