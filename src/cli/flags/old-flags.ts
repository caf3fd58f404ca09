import { Flags, type Interfaces } from '@oclif/core'
import type { FlagDescription } from '../../config/describe/flags.js'
import type { GoneName } from '../../config/schema/gone-name.js'
import type { Section } from '../../config/schema/section.js'
import type { TruthFlag } from './boolean-flags.js'

/**
 * Describes to oclif the flags that no setting has taken over, so that it cuts off the words after them.
 *
 * @param descriptions of the settings' flags: a miner that is called `vicuna` has flags of its own
 */
export function goneFlags(
  sections: readonly Section[],
  descriptions: readonly FlagDescription[],
): Readonly<Record<string, Interfaces.FlagInput[string]>> {
  const taken = new Set(descriptions.flatMap(({ name, aliases }) => [name, ...aliases]))
  const gone = sections.flatMap(({ gone = [] }) => gone)
  return Object.fromEntries(
    gone.flatMap(one => (one.flag === undefined || taken.has(one.flag) ? [] : [[one.flag, oclifFlag(one)]])),
  )
}

/** Describes the flags among them that mean true when they have no value. */
export function goneTruths(sections: readonly Section[]): readonly TruthFlag[] {
  const truths = sections.flatMap(({ gone = [] }) => gone).filter(({ takes }) => takes === 'truth')
  return truths.flatMap(({ flag }) => flag ?? []).map(name => ({ name, aliases: [], letter: undefined, isTruth: true }))
}

function oclifFlag({ takes }: GoneName): Interfaces.FlagInput[string] {
  return takes === 'nothing' ? Flags.boolean({ hidden: true }) : Flags.string({ hidden: true })
}
