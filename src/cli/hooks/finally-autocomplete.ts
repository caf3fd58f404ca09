import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hook } from '@oclif/core'

/** After oclif has written completion: adds our part to the script for bash. */
const hook: Hook<'finally'> = async ({ id = '', config, error }) => {
  if (error || !id.startsWith('autocomplete')) return
  const file = join(config.cacheDir, 'autocomplete', 'functions', 'bash', `${config.bin}.bash`)
  if (!existsSync(file)) return // some autocomplete commands write no script
  const script = await readFile(file, 'utf8')
  if (script.includes(`_${config.bin}_complete()`)) return
  const { bashCompletion } = await import('../completion/bash.js')
  await writeFile(file, script + bashCompletion(config.bin, config.commands))
}

export default hook
