import { type DialectCatalogue, defaultDialect } from '../app/catalogue/dialects.js'
import { usableNames } from '../app/catalogue/entries.js'
import { hostSections } from '../app/settings.js'
import { type Layers, peek } from '../config/look-up.js'
import { originText } from '../config/origin.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import { quote } from '../text/escape.js'
import { dialectFilePath } from './dialect-file-path.js'
import { UsageError } from './errors/usage-error.js'
import { wayOut } from './way-out.js'

/**
 * The dialect that `dialectFile` holds or `dialect` names, else the one of the subnet that `netuid` names. It is looked
 * up before the settings are read, because it is their default.
 *
 * @throws {UsageError} UNKNOWN_DIALECT
 * @throws {ConfigError} CONFIG_INVALID with what is wrong with the dialect's file
 */
export async function chooseDialect(dialects: DialectCatalogue, layers: Layers): Promise<DialectDefinition> {
  const file = await peek(hostSections.subnet, 'dialectFile', layers)
  if (typeof file?.value === 'string') {
    const { readDialectFile } = await import('../dialect-file/read-dialect-file.js')
    return readDialectFile(dialectFilePath(file.value, file.origin))
  }
  const said = await peek(hostSections.subnet, 'dialect', layers)
  if (typeof said?.value !== 'string') return dialects.get(await ofSubnet(dialects, layers))!.load()
  const entry = dialects.get(said.value)
  if (entry) return entry.load()
  const { value: name, origin } = said
  const message = `there is no dialect ${quote(name)} (${originText(origin)})`
  const hint = wayOut({ flag: '--dialect', name, origin, names: usableNames(dialects) })
  throw new UsageError('UNKNOWN_DIALECT', message, hint)
}

async function ofSubnet(dialects: DialectCatalogue, layers: Layers): Promise<string> {
  const { value: netuid } = (await peek(hostSections.subnet, 'netuid', layers)) ?? {}
  const entry = [...dialects.values()].find(({ netuids }) => netuids.some(one => one === netuid))
  return entry?.name ?? defaultDialect
}
