import { dirname } from 'node:path'
import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import { hostSections, minerSection } from '../../app/settings.js'
import { isYaml } from '../../config/layers/config-file.js'
import { changeSettings } from '../config/change-settings.js'
import { fileUnwritable, makeFolderOf, openConfigFile } from '../config/config-file.js'
import { initConfig } from '../config/init-config.js'
import { SecretFiles } from '../config/secret-files.js'
import { unusedSecretFiles } from '../config/unused-secret-files.js'
import type { Answers } from './answers.js'

/** What was written. */
export type Written = {
  readonly changed: boolean
  /** the files that got a secret */
  readonly secretFiles: readonly string[]
  /** the files of secrets that the configuration file no longer refers to */
  readonly unused: readonly string[]
  /** the settings that are left out because of a secret in a URL */
  readonly leftOut: readonly string[]
}

type Writing = {
  readonly answers: Answers
  readonly miners: MinerCatalogue
  /** of the chosen miner's settings */
  readonly section: string
  /** whether the miner's settings are written, too */
  readonly withModel: boolean
}

/**
 * Writes the answers to the configuration file, all at once: to a new one as `config init` writes it, to one that is there
 * as `config set` changes it. A secret gets a file of its own.
 *
 * @throws {ConfigError} CONFIG_INVALID when an answer is wrong beside the other settings of the file
 * @throws {UsageError} NOT_EDITABLE · FILE_EXISTS · FILE_CHANGED · FILE_UNWRITABLE
 */
export async function writeAnswers(path: string, { answers, miners, section, withModel }: Writing): Promise<Written> {
  const file = await openConfigFile(path)
  const secrets = new SecretFiles(dirname(path))
  try {
    await makeFolderOf(path).catch(error => Promise.reject(fileUnwritable(path, error)))
    const store = (at: string, secret: string) => secrets.store(at, secret)
    const { changes, leftOut } = await answers.changes(store, withModel ? undefined : section)
    const given = changes.filter(({ value }) => value !== undefined)
    let changed = true
    let unused: readonly string[] = []
    if (file.content === null && !isYaml(path)) {
      const settings = new Map(given.map(({ setting, value }) => [setting.path, value]))
      await initConfig({ path, from: null, settings, force: false, miners })
    } else {
      const miner = await miners.get(section)!.load()
      const sections = [...Object.values(hostSections), minerSection(miner)]
      changed = await changeSettings(file, changes, { sections, known: [...miners.keys()].map(name => ({ name })) })
      unused = await unusedSecretFiles(file.content, (await openConfigFile(path)).content, sections)
    }
    return { changed, secretFiles: secrets.paths, unused, leftOut }
  } catch (error) {
    await secrets.undo()
    throw error
  }
}
