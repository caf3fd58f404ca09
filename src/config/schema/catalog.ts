import { ConfigError } from '../config-error.js'
import type { GoneName } from './gone-name.js'
import { namesOf } from './names.js'
import type { KnownSection, Section } from './section.js'
import { type Setting, settingsOf } from './setting.js'
import type { Spelling } from './spelling.js'

/** The setting that a name refers to, and the alias when the name takes other values. */
export type Meaning = { readonly setting: Setting; readonly spelling?: Spelling }

/** All names that file and environment may hold, and which of them are read. */
export type Catalog = {
  /** the settings to read, in order */
  readonly settings: readonly Setting[]
  /** file key (`use`, `shout.maxTokens`, `shout.max_tokens`) → setting */
  readonly keys: ReadonlyMap<string, Meaning>
  /** old keys, which a YAML file may have beside them → setting */
  readonly oldKeys: ReadonlyMap<string, Meaning>
  /** old names without a setting */
  readonly gone: readonly GoneName[]
  /** names of the file's tables that are read */
  readonly tables: ReadonlySet<string>
  /** keys and tables at the top of the file that are ignored */
  readonly unread: ReadonlySet<string>
  /** old keys of settings that are not read */
  readonly unreadOld: ReadonlySet<string>
  /** our own variables, read or not */
  readonly variables: ReadonlySet<string>
  /** prefixes of variables that are ignored: `MINER_SHOUT_` */
  readonly unreadPrefixes: readonly string[]
}

/**
 * Indexes settings by their names.
 *
 * @throws {ConfigError} CONFIG_SCHEMA when two settings share a name; borrowed variables may be shared
 */
export function catalogOf(sections: readonly Section[], known: readonly KnownSection[]): Catalog {
  const settings = sections.flatMap(settingsOf)
  const keys = new Map<string, Meaning>()
  const oldKeys = new Map<string, Meaning>()
  const old = new Set(sections.flatMap(({ spellings }) => Object.values(spellings ?? {}).flat()))
  for (const setting of settings) {
    for (const key of setting.fileKeys) keys.set(key, { setting })
    for (const spelling of setting.spellings)
      if (spelling.key) (old.has(spelling) ? oldKeys : keys).set(spelling.key, { setting, spelling })
  }
  const tables = new Set([...sections.map(({ name }) => name), ...[...keys.keys()].map(tableOf)])
  tables.delete('')
  refuseShared([...settings.flatMap(({ fileKeys }) => fileKeys), ...tables], 'or sections share the name')
  refuseShared(
    settings.flatMap(({ variables }) => variables.slice(0, 1)),
    'or sections share the name',
  )

  const others = known.filter(({ name }) => name === '' || !tables.has(name))
  const otherSettings = others.flatMap(settingsOf).filter(({ path }) => !keys.has(path))
  const otherTables = others.map(({ name }) => name).filter(name => name !== '')
  return {
    settings,
    keys,
    oldKeys,
    gone: sections.flatMap(({ gone = [] }) => gone),
    tables,
    unread: new Set([...otherTables, ...otherSettings.flatMap(({ section, fileKeys }) => (section ? [] : fileKeys))]),
    unreadOld: new Set(oldKeysOf(others)),
    variables: new Set([...settings, ...otherSettings].flatMap(ownVariables)),
    unreadPrefixes: otherTables.map(name => namesOf(name, '').variable),
  }
}

function oldKeysOf(sections: readonly KnownSection[]): readonly string[] {
  return sections.flatMap(({ spellings = {}, gone = [] }) => [
    ...Object.values(spellings).flatMap(list => list.flatMap(({ key }) => key ?? [])),
    ...gone.flatMap(({ flag }) => flag ?? []),
  ])
}

function tableOf(key: string): string {
  return key.includes('.') ? key.slice(0, key.indexOf('.')) : ''
}

function ownVariables({ variables, spellings }: Setting): readonly string[] {
  const all = [...variables, ...spellings.flatMap(({ env }) => env ?? [])]
  return all.filter(name => name.startsWith('MINER_'))
}

/**
 * Refuses names that two settings share.
 *
 * @param what follows "two settings": `share the name`
 * @throws {ConfigError} CONFIG_SCHEMA
 */
export function refuseShared(names: readonly string[], what: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new ConfigError('CONFIG_SCHEMA', `two settings ${what} ${twice}`)
}
