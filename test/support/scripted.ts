import { fileURLToPath } from 'node:url'
import type { Script } from './scripted-miner.ts'

const file = fileURLToPath(new URL('scripted-miner.ts', import.meta.url))

/** Returns the environment of a program whose miner follows the script. */
export function scripted(script: Script): Record<string, string> {
  return { NODE_OPTIONS: `--import=${file}`, SCRIPT: JSON.stringify(script) }
}
