import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '#dist/config/config-error.js'
import type { Configuration } from '#dist/config/configuration.js'
import { type FileContent, readConfigFile } from '#dist/config/layers/config-file.js'
import { loadConfiguration, type Sources } from '#dist/config/load.js'
import { type Problem, problemText } from '#dist/config/problem.js'
import { everySection } from './example-sections.ts'

/** Reads the example sections from what a test names; `toml` stands in a file of its own, which only this user reads. */
export async function read(
  given: Partial<Sources> & { toml?: string | Uint8Array; mode?: number } = {},
): Promise<Configuration> {
  const { toml, mode = 0o600, ...sources } = given
  const empty: Sources = { sections: everySection, known: [], flags: [], env: {}, file: null, secrets: 'resolve' }
  if (toml === undefined) return loadConfiguration({ ...empty, ...sources })
  return inFolder(async folder => {
    const path = join(folder, 'config.toml')
    await writeFile(path, toml, { mode })
    return loadConfiguration({ ...empty, ...sources, file: await fileAt(path) })
  })
}

/** What an operator's file holds, or that it is not there. */
export async function fileAt(path: string): Promise<FileContent> {
  return (await readConfigFile({ path, explicit: true }))!
}

/** The problems that reading finds. */
export async function problemsOf(given: Parameters<typeof read>[0]): Promise<readonly Problem[]> {
  try {
    await read(given)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return assert.fail('nothing is wrong with it')
}

/** The problems as an operator reads them, the folder of the file left out. */
export async function complaints(given: Parameters<typeof read>[0]): Promise<readonly string[]> {
  return (await problemsOf(given)).map(problem => problemText(problem).replace(/\(\/\S*\/(\S+)/, '($1'))
}

/** `--max-tokens 5` typed for openai.maxTokens. */
export function typed(path: string, flag: string, ...texts: string[]): Sources['flags'][number] {
  return { path, flag, texts }
}

/** Lends a folder that is gone afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'miner-config-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
