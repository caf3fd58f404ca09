import { Flags, type Interfaces } from '@oclif/core'
import { type FlagDescription, flagsOf } from '../../config/describe/flags.js'
import type { TypedFlag } from '../../config/layers/flag-layer.js'
import type { Section } from '../../config/schema/section.js'
import { escapeControls } from '../../text/escape.js'
import { reservedFlags } from './reserved-flags.js'

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
