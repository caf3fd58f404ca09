import { CurrentPolicy } from '../../axon/state/current-policy.js'
import type { NeuronLife } from '../../neuron/start-neuron.js'
import type { PolicySource } from '../../plugin/policy.js'
import { type PolicySettings, policyOf } from '../../policy/policy-of.js'
import type { OwnPlace } from '../../policy/rules-of.js'
import { settingsRefusal } from './settings-refusal.js'

type PolicyOptions = {
  readonly place: OwnPlace
  /** the life on the subnet, which depends on some of the settings, too; null without a chain */
  readonly neuron: Pick<NeuronLife, 'takePolicy'> | null
  /** receives the error of a part of the miner that cannot take a new policy over */
  readonly onError?: (error: unknown) => void
}

/** The policy of a miner, with the settings that it was made of. New settings replace it while the axon serves. */
export class PolicyInForce {
  readonly #place: OwnPlace
  readonly #current: CurrentPolicy
  #settings: PolicySettings
  #allowed: ReadonlySet<string>

  constructor(settings: PolicySettings, { place, neuron, onError }: PolicyOptions) {
    this.#place = place
    this.#settings = settings
    this.#allowed = new Set(settings.allow)
    this.#current = new CurrentPolicy(policyOf(settings, place), { onError })
    if (neuron) this.#current.subscribe(() => neuron.takePolicy(partOf(this.#settings)))
  }

  get settings(): PolicySettings {
    return this.#settings
  }

  /** Whether the miner has lost its place, and answers the hotkeys of `allow` only; null: it does not go on then. */
  get isLost(): boolean | null {
    return this.#place.isLost?.() ?? null
  }

  /** for the axon */
  get source(): PolicySource {
    return this.#current
  }

  /** Whether the operator allows the hotkey by name. */
  readonly allows = (hotkey: string): boolean => this.#allowed.has(hotkey)

  replace(settings: PolicySettings): void {
    // First, so that an error changes nothing.
    const policy = policyOf(settings, this.#place)
    this.#settings = settings
    this.#allowed = new Set(settings.allow)
    this.#current.replace(policy)
  }
}

/** What the life on the subnet takes of the settings. */
function partOf(settings: PolicySettings) {
  return { maxStandingsAgeMs: settings.maxStandingsAge, refusalOf: settingsRefusal(settings) }
}
