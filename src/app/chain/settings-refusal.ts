import { verdictOf } from '../../axon/stages/screen.js'
import type { RefusalOf } from '../../neuron/no-callers.js'
import { rulesOf } from '../../policy/rules-of.js'

/** Returns a function that tells why the settings refuse a registered hotkey. */
export function settingsRefusal(settings: Parameters<typeof rulesOf>[0]): RefusalOf {
  const rules = rulesOf(settings, { hasChain: true })
  return (hotkey, standing) => {
    const verdict = verdictOf(rules, hotkey, standing)
    return verdict.allow === false ? verdict.reason : null
  }
}
