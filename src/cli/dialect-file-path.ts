import { dirname, resolve } from 'node:path'
import { expandHome } from '../config/expand-home.js'
import type { Origin } from '../config/origin.js'

/** Where the dialect's file is that `dialectFile` names: one in a configuration file starts at that file. Absolute. */
export function dialectFilePath(named: string, origin: Origin): string {
  return resolve(origin.from === 'file' ? dirname(origin.file) : '.', expandHome(named))
}
