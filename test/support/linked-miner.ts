import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Script } from './miners/scripted.ts'

const root = fileURLToPath(new URL('miners', import.meta.url))
let dataFolder: string | undefined

/** Returns the environment of a program that uses a miner of test/support/miners, which is linked as a plugin. */
export function linkedMiner(name: 'clinging' | 'leaking' | 'scripted'): Record<string, string> {
  dataFolder ??= linked()
  return { MINER_DATA_DIR: dataFolder, MINER_USE: name }
}

/** Returns the environment of a program whose miner follows the script. */
export function scripted(script: Script): Record<string, string> {
  return { ...linkedMiner('scripted'), SCRIPT: JSON.stringify(script) }
}

function linked(): string {
  const folder = mkdtempSync(join(tmpdir(), 'miner-linked-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const oclif = { plugins: [{ name: 'test-miners', root, type: 'link' }], schema: 1 }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ oclif, private: true }))
  return folder
}
