import { shortHotkey } from '../../app/log/event-text.js'
import type { ServingState } from '../../app/state/serving-state.js'
import { agoText, groupedText, spanText } from '../../text/span.js'

type ProofLoad = NonNullable<NonNullable<ServingState['load']>['failedProofs']>
type Overload = NonNullable<NonNullable<ServingState['load']>['overload']>
type Row = readonly [name: string, value: string]
type Holder = { readonly kind: 'hotkey' | 'network'; readonly name: string; readonly amount: number }

/** How many claims the page names; --json names all. */
const MAX_FORGED = 5

/** Returns what callers share of the axon, how much of it is given out, and who has most. */
export function loadRows({ load }: Pick<ServingState, 'load'>): readonly Row[] {
  if (!load) return []
  const { connections, bodies, checks, places, nonces, failedProofs, overload } = load
  const callers = places.top.map(one => `${nameOf(one)} ${one.atWork}+${one.waiting}`)
  return [
    ['connections', `${ofText(connections.open, connections.of)}${holdersText(connections.top)}`],
    ['bodies', `${sizeText(bodies.bytes)} of ${sizeText(bodies.of)}${holdersText(bodies.top, sizeText)}`],
    ['checks', `${ofText(checks.waiting, checks.of)} waiting${holdersText(checks.top)}`],
    [
      'places',
      `${ofText(places.atWork, places.of)} at work, ${ofText(places.waiting, places.queue)} waiting${listText(callers)}`,
    ],
    ['nonces', `${ofText(nonces.remembered, nonces.of)} remembered`],
    ...(failedProofs?.usedUp ? [['proofs', usedUpText(failedProofs)] as const] : []),
    ...(overload ? [['overload', overloadText(overload)] as const] : []),
  ]
}

function usedUpText({ usedUp, addresses }: ProofLoad): string {
  return `failed too often from ${groupedText(usedUp)} ${usedUp === 1 ? 'address' : 'addresses'}${listText(addresses)}`
}

function overloadText({ loopDelayMs, sheds }: Overload): string {
  return `the event loop is ${groupedText(loopDelayMs)} ms late, so the axon refuses ${refused[sheds]}`
}

const refused = {
  strangers: 'strangers',
  unpermitted: 'strangers, and hotkeys without a permit',
  byStake: 'strangers, and hotkeys without a permit or with little stake',
} satisfies Record<Overload['sheds'], string>

/** Returns where the spent nonces are kept, and since when that fails, or until when it refuses callers. */
export function storeRows({ store }: Pick<ServingState, 'store'>, at: number): readonly Row[] {
  if (!store) return []
  const { kind, failure, pause } = store
  const fails = failure && `, fails since ${spanText(at - failure.since)}`
  const refuses = pause && pause.until > at && `, refuses all callers for another ${spanText(pause.until - at)}`
  return [['store', `${kind}${fails || refuses || ''}`]]
}

/** Returns whose hotkeys were named without their key, and from where. */
export function forgedRows({ forged }: Pick<ServingState, 'forged'>, at: number): readonly Row[] {
  const left = forged.length - MAX_FORGED
  return [
    ...forged.slice(0, MAX_FORGED).map((claim): Row => {
      const verified = claim.verified > 0 ? `; ${groupedText(claim.verified)} verified from there` : ''
      const count = groupedText(claim.forged + claim.unchecked)
      const who = `${shortHotkey(claim.hotkey)} from ${claim.address}`
      return ['forged', `${count}× ${who}, last ${agoText(claim.lastAt, at)}${verified}`]
    }),
    ...(left > 0 ? [['', `and ${left} more`] as const] : []),
  ]
}

function ofText(amount: number, of: number): string {
  return `${groupedText(amount)} of ${groupedText(of)}`
}

function holdersText(top: readonly Holder[], amountText: (amount: number) => string = groupedText): string {
  return listText(top.map(one => `${nameOf(one)} ${amountText(one.amount)}`))
}

function listText(texts: readonly string[]): string {
  return texts.length === 0 ? '' : `: ${texts.join(', ')}`
}

function nameOf({ kind, name }: Pick<Holder, 'kind' | 'name'>): string {
  return kind === 'hotkey' ? shortHotkey(name) : name
}

function sizeText(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
