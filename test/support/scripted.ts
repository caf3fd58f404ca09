import { fileURLToPath } from 'node:url'
import type { Script } from './scripted-miner.ts'

const file = fileURLToPath(new URL('scripted-miner.ts', import.meta.url))

/** The environment of a program whose miner does as the script says. */
export function scripted(script: Script): Record<string, string> {
  return { NODE_OPTIONS: `--import=${file}`, SCRIPT: JSON.stringify(script) }
}
