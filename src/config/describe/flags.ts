import { refuseShared } from '../schema/catalog.js'
import { namesOf } from '../schema/names.js'
import type { Section } from '../schema/section.js'
import { type Setting, settingsOf } from '../schema/setting.js'
import type { Shape } from '../schema/shape.js'
import { defaultText, expectedRange } from '../values/expected.js'

/** A flag as the command line needs it. It takes text; default and validation are left to the settings. */
export type FlagDescription = {
  /** the setting's path, which a `TypedFlag` refers to */
  readonly path: string
  /** without dashes, as help shows it */
  readonly name: string
  readonly aliases: readonly string[]
  /** `m` for `-m` */
  readonly letter: string | undefined
  /** may be given more than once, and with several values */
  readonly multiple: boolean
  /** an old flag of a list, which Python takes for an empty one when it has no value */
  readonly mayBeEmpty: boolean
  /** takes no value; given means `true` */
  readonly isSwitch: boolean
  /** a boolean: without a value it means true, with `no-` before its name false */
  readonly isTruth: boolean
  /** an alternative spelling, which help hides */
  readonly hidden: boolean
  /** the placeholder of the value in help: `number`, `duration` */
  readonly value: string
  /** the author's description with range, default and variables */
  readonly help: string
  /** for completion only; the settings validate the value */
  readonly choices: readonly string[]
  /** the heading in help */
  readonly group: string
}

/**
 * Describes the flags of sections.
 *
 * @param reserved names and letters (`-i`) that commands of the host use: a miner's setting then has its prefixed flag
 *   only, and no letter
 * @throws {ConfigError} CONFIG_SCHEMA when two settings have the same flag
 */
export function flagsOf(sections: readonly Section[], reserved: ReadonlySet<string>): readonly FlagDescription[] {
  const host = sections.filter(({ of }) => of === 'host').flatMap(section => describeAll(section, new Set()))
  const taken = new Set([...reserved, ...host.flatMap(namesIn)])
  const miners = sections.filter(({ of }) => of === 'miner').flatMap(section => describeAll(section, taken))

  refuseShared(
    [...host, ...miners].flatMap(namesIn).map(name => (name.startsWith('-') ? name : `--${name}`)),
    'have the flag',
  )
  return [...miners, ...host]
}

function describeAll(section: Section, taken: ReadonlySet<string>): readonly FlagDescription[] {
  return settingsOf(section).flatMap(setting => describe(setting, section, taken))
}

function describe(setting: Setting, { title, of }: Section, taken: ReadonlySet<string>): readonly FlagDescription[] {
  const { path, shape, flag, shortFlag, letter, dottedFlags, spellings } = setting
  if (flag === undefined) return []
  const plain = of === 'host' ? shortFlag : [namesOf('', setting.key).flag].find(name => !taken.has(name))
  const given = { path, help: helpText(setting), group: title }
  const common = { ...given, hidden: false, mayBeEmpty: false, isSwitch: false, isTruth: false }
  const main: FlagDescription = {
    ...common,
    name: plain ?? flag,
    aliases: [flag, ...dottedFlags].filter(alias => alias !== (plain ?? flag)),
    letter: taken.has(`-${letter}`) ? undefined : letter,
    multiple: shape.kind === 'list',
    isTruth: shape.kind === 'boolean',
    value: valueName(shape),
    choices: choicesOf(shape),
  }
  const others = spellings.flatMap(({ flag: name, value }): FlagDescription[] => {
    if (name === undefined) return []
    const old = { name, aliases: [], letter: undefined, hidden: true }
    if (value === undefined) return [{ ...main, ...old, mayBeEmpty: main.multiple }]
    const choices = typeof value === 'object' ? Object.keys(value) : []
    const isSwitch = typeof value === 'string'
    const multiple = typeof value === 'function' && main.multiple
    return [{ ...common, ...old, multiple, value: 'text', choices, isSwitch }]
  })
  return [main, ...others]
}

function helpText(setting: Setting): string {
  const text = defaultText(setting)
  const facts = [expectedRange(setting.shape), text && `default ${text}`, setting.variables.join(', ')]
  return `${setting.help} (${facts.filter(fact => fact !== undefined).join('; ')})`.trimStart()
}

function valueName(shape: Shape): string {
  switch (shape.kind) {
    case 'list':
      return valueName(shape.item)
    case 'text':
      return shape.url ? 'url' : 'text'
    case 'number':
      return shape.unit ?? 'number'
    default:
      return 'true|false'
  }
}

function choicesOf(shape: Shape): readonly string[] {
  if (shape.kind === 'list') return choicesOf(shape.item)
  return shape.kind === 'text' || shape.kind === 'number' ? shape.choices.map(String) : []
}

function namesIn({ name, aliases, letter }: FlagDescription): readonly string[] {
  return [name, ...aliases, ...(letter ? [`-${letter}`] : [])]
}
