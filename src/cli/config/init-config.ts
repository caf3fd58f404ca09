import { dirname, resolve } from 'node:path'
import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import { hostSections, minerSection } from '../../app/settings.js'
import { ConfigError } from '../../config/config-error.js'
import { configurationTemplate } from '../../config/describe/template.js'
import { type FileContent, isYaml, readConfigFile } from '../../config/layers/config-file.js'
import type { Problem } from '../../config/problem.js'
import { escapeName } from '../../text/escape.js'
import { chooseMiner } from '../choose-plugin.js'
import { UsageError } from '../errors/usage-error.js'
import { lookUpFirst } from '../open-scope.js'
import { fileUnwritable, makeFolderOf, writeOwnFile } from './config-file.js'
import { checkFile } from './file-problems.js'
import { SecretFiles } from './secret-files.js'
import { takeOver } from './take-over.js'
import { unusedSecretFiles } from './unused-secret-files.js'

type NewFile = {
  readonly path: string
  /** the old file whose settings it takes over; null: it has none */
  readonly from: FileContent | null
  /** settings that it has besides those of the old file, by their paths, as a file holds them */
  readonly settings: ReadonlyMap<string, unknown>
  /** replaces a file that exists */
  readonly force: boolean
  readonly miners: MinerCatalogue
}

export type Initialised = {
  /** the files that it wrote secrets to */
  readonly secretFiles: readonly string[]
  /** the files of secrets that the file which it replaced referred to, and it does not */
  readonly unused: readonly string[]
  /** the settings that it left out because of a secret in them */
  readonly leftOut: readonly string[]
  /** the names in the old file that have no effect, and are not taken over */
  readonly ignored: readonly Problem[]
}

/**
 * Writes a configuration file with every setting, which only this user can read and write.
 *
 * @throws {ConfigError} CONFIG_INVALID with what is wrong with the old file
 * @throws {UsageError} NAMED_AS_YAML · FILE_EXISTS · FILE_UNWRITABLE · UNKNOWN_MINER
 */
export async function initConfig({ path, from, settings, force, miners }: NewFile): Promise<Initialised> {
  requireToml(path)
  const checked = await sectionsFor({ from, settings, miners })
  const { problems, warnings } = from === null ? unread : await checkFile(from, checked)
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
  const secrets = new SecretFiles(dirname(path))
  try {
    await makeFolderOf(path).catch(error => Promise.reject(fileUnwritable(path, error)))
    const store = (at: string, secret: string) => secrets.store(at, secret)
    const { values, leftOut } = from
      ? await takeOver(from, checked.sections, store)
      : { values: new Map(), leftOut: [] }
    const text = configurationTemplate(checked.sections, new Map([...values, ...settings]))
    const replaced = force ? await contentOf(path) : null
    if (!(await writeOwnFile(path, `${text}\n`, { force }))) throw fileExists(path)
    const unused = await unusedSecretFiles(replaced, await contentOf(path), checked.sections)
    const ignored = warnings.filter(({ code }) => code === 'WITHOUT_EFFECT')
    return { secretFiles: secrets.paths, unused, leftOut, ignored }
  } catch (error) {
    await secrets.undo()
    throw error
  }
}

async function contentOf(path: string): Promise<FileContent | null> {
  return (await readConfigFile({ path: resolve(path), explicit: false })) ?? null
}

const unread = { problems: [], warnings: [] }

/** The file would be read as YAML. */
function requireToml(path: string): void {
  if (!isYaml(path)) return
  const message = `${escapeName(path)} is named as YAML, and a new configuration file is TOML`
  throw new UsageError('NAMED_AS_YAML', message, 'name it config.toml')
}

/** The host's sections, that of the miner in use, and those of other miners that are configured. */
async function sectionsFor({ from, settings, miners }: Pick<NewFile, 'from' | 'settings' | 'miners'>) {
  const argv = settings.has('use') ? [`--use=${settings.get('use')}`] : []
  const chosen = await chooseMiner(miners, lookUpFirst({ argv, env: {}, file: from }))
  const keys = [...(from && 'table' in from ? Object.keys(from.table) : []), ...settings.keys()]
  const configured = keys.map(key => key.split('.', 1)[0]!)
  const others = [...miners].filter(([name]) => name !== chosen.name && configured.includes(name))
  const loaded = await Promise.all(others.map(([, entry]) => entry.load()))
  return { sections: [...Object.values(hostSections), ...[chosen, ...loaded].map(minerSection)], known: [] }
}

export function fileExists(path: string): UsageError {
  const message = `${escapeName(path)} exists, and is left as it is`
  return new UsageError('FILE_EXISTS', message, 'add --force to replace it, or change it: miner config edit')
}
