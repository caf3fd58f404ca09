import { Flags, type Interfaces } from '@oclif/core'
import { type HostSection, hostSections } from '../../app/settings.js'
import { type FlagDescription, flagsOf } from '../../config/describe/flags.js'
import type { TypedFlag } from '../../config/layers/flag-layer.js'
import { namesOf } from '../../config/schema/names.js'
import type { Section } from '../../config/schema/section.js'
import { settingsOf } from '../../config/schema/setting.js'
import { escapeControls } from '../../text/escape.js'
import { type Reader, sectionNamesOf } from './reader.js'

export type SettingFlags = { readonly descriptions: readonly FlagDescription[]; readonly flags: Interfaces.FlagInput }

/**
 * Describes the flags of settings to oclif, which only cuts the command line into flags and words: each is text without
 * default, variable or check, because `loadConfiguration` reports all problems at once.
 *
 * @param options.besideText the command takes a TEXT, which a list must not take for a value
 */
export function settingFlags(
  sections: readonly Section[],
  { besideText = false }: { readonly besideText?: boolean } = {},
): SettingFlags {
  const descriptions = flagsOf(sections, reservedFlags())
  const ofMiners = sections.filter(({ of }) => of === 'miner').map(({ name }) => `${name}.`)
  const isOfMiner = ({ path }: FlagDescription) => ofMiners.some(prefix => path.startsWith(prefix))
  const flags = descriptions.map(one => [one.name, oclifFlag(one, { oneEach: besideText || isOfMiner(one) })])
  return { descriptions, flags: Object.fromEntries(flags) }
}

type Letter = NonNullable<Interfaces.FlagInput[string]['char']>

/** @param how.oneEach a list takes one value each time: `--stop END "What is TAO?"` */
function oclifFlag(one: FlagDescription, how: { readonly oneEach: boolean }): Interfaces.FlagInput[string] {
  const common = {
    description: escapeControls(one.help),
    helpGroup: one.group,
    hidden: one.hidden,
    aliases: [...one.aliases],
    ...(one.letter && { char: one.letter as Letter }),
  }
  if (one.isSwitch) return Flags.boolean(common)
  const text = { ...common, helpValue: one.value.toUpperCase() }
  return one.multiple ? Flags.string({ ...text, multiple: true, multipleNonGreedy: how.oneEach }) : Flags.string(text)
}

/** Returns the settings on a command line, each with the flag that was typed. */
export function typedSettings(
  descriptions: readonly FlagDescription[],
  flags: Record<string, unknown>,
  argv: readonly string[],
): TypedFlag[] {
  return descriptions.flatMap(one => {
    const value = flags[one.name]
    if (value === undefined) return []
    const names = [one.name, ...one.aliases].map(name => `--${name}`)
    const negated = one.isTruth ? names.map(name => name.replace('--', '--no-')) : []
    const isTyped = (name: string) => argv.some(word => word === name || word.startsWith(`${name}=`))
    const all = [...names, ...negated].filter(isTyped)
    const long = one.multiple ? all : all.slice(0, 1)
    // Without a long spelling among the words, only the letter can have given the value.
    const flag = long.length > 0 ? long.join(', ') : one.letter ? `-${one.letter}` : names[0]!
    return [{ path: one.path, flag, texts: Array.isArray(value) ? value.map(String) : [String(value)] }]
  })
}

/**
 * Returns the plain flags and the letters (`-i`) that belong to the host, on all of its commands, even if only one uses
 * the name: a miner's setting of that name has its prefixed flag only (`--shout-url`).
 */
export function reservedFlags(): ReadonlySet<string> {
  const ofSettings = Object.values(hostSections)
    .flatMap(settingsOf)
    .flatMap(({ key, section, shortFlag }) => [namesOf(section, key).flag, shortFlag ?? []].flat())
  return new Set([...ofCommands, ...ofSettings])
}

/**
 * Flags of commands that are not flags of settings. Those of `announce`, `audit`, `config init`, `logs`, `metagraph` and
 * `status` are not among them: no miner is used there, and miners had settings of such names (`stop`) before.
 */
const ofCommands = [
  '-V',
  '-h',
  '-i',
  '-r',
  'ask',
  'body',
  'concurrency',
  'config',
  'count',
  'dev',
  'dir',
  'env-file',
  'extends',
  'file',
  'force',
  'help',
  'interactive',
  'json',
  'messages',
  'no-check',
  'no-stream',
  'only',
  'origin',
  'receiver',
  'refresh-cache',
  'report',
  'roles',
  'service-name',
  'stream',
  'strict',
  'synapse',
  'timeout',
  'url',
  'verbose',
  'version',
  'watch-config',
  'write',
  'yes',
]

/** Returns the host's sections of a command. */
export function sectionsOf(reader: Pick<Reader, 'reads' | 'usesMiner'>): readonly (typeof hostSections)[HostSection][] {
  return sectionNamesOf(reader).map(name => hostSections[name])
}
