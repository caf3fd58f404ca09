import { Flags, type Interfaces } from '@oclif/core'
import type { ZodObject } from 'zod'
import { type HostSection, hostSections } from '../../app/settings.js'
import { type FlagDescription, flagsOf } from '../../config/describe/flags.js'
import type { TypedFlag } from '../../config/layers/flag-layer.js'
import { namesOf } from '../../config/schema/names.js'
import type { Section } from '../../config/schema/section.js'
import { escapeControls } from '../../text/escape.js'

export type SettingFlags = { readonly descriptions: readonly FlagDescription[]; readonly flags: Interfaces.FlagInput }

/**
 * The flags of settings for oclif, which only cuts the command line into pieces: text without default, variable or
 * check, because the settings layer reports all problems at once.
 */
export function settingFlags(sections: readonly Section[]): SettingFlags {
  const descriptions = flagsOf(sections, reservedFlags())
  return { descriptions, flags: Object.fromEntries(descriptions.map(one => [one.name, oclifFlag(one)])) }
}

function oclifFlag(one: FlagDescription): Interfaces.FlagInput[string] {
  const common = {
    description: escapeControls(one.help),
    helpGroup: one.group,
    hidden: one.hidden,
    aliases: [...one.aliases],
  }
  if (one.isSwitch) return Flags.boolean(common)
  const text = { ...common, helpValue: one.value.toUpperCase() }
  return one.multiple ? Flags.string({ ...text, multiple: true }) : Flags.string(text)
}

/** What was typed for settings, each by the name that was typed. */
export function typedSettings(
  descriptions: readonly FlagDescription[],
  flags: Record<string, unknown>,
  argv: readonly string[],
): TypedFlag[] {
  return descriptions.flatMap(one => {
    const value = flags[one.name]
    if (value === undefined) return []
    const names = [one.name, ...one.aliases].map(name => `--${name}`)
    const flag = names.find(name => argv.some(word => word === name || word.startsWith(`${name}=`))) ?? names[0]!
    return [{ path: one.path, flag, texts: Array.isArray(value) ? value.map(String) : [String(value)] }]
  })
}

/**
 * Plain flags that belong to the host, on all of its commands, because one of them owns the name: a miner's setting
 * that is called so has its prefixed flag only (`--shout-url`).
 */
export function reservedFlags(): ReadonlySet<string> {
  const sections: readonly { readonly name: string; readonly settings: ZodObject }[] = Object.values(hostSections)
  const ofSettings = sections.flatMap(({ name, settings }) =>
    Object.entries(settings.shape).flatMap(([key, schema]) =>
      [namesOf(name, key).flag, schema.meta()?.flag ?? []].flat(),
    ),
  )
  return new Set([...ofCommands, ...ofSettings])
}

/** Flags that commands have beside those of settings. */
const ofCommands = [
  'body',
  'config',
  'dev',
  'dir',
  'help',
  'json',
  'messages',
  'no-stream',
  'origin',
  'receiver',
  'roles',
  'stream',
  'synapse',
  'timeout',
  'url',
  'verbose',
  'version',
]

/** What a command tells of itself: the host's sections that it reads, and whether it asks, or shows, a miner. */
export type Reader = { readonly reads: readonly HostSection[]; readonly usesMiner: boolean }

/** The host's sections of a command: which miner, where one is asked; log and plugins, which all have; and its own. */
export function sectionsOf({ reads, usesMiner }: Reader): readonly (typeof hostSections)[HostSection][] {
  return [...(usesMiner ? ['top' as const] : []), 'log' as const, 'plugins' as const, ...reads].map(
    name => hostSections[name],
  )
}
