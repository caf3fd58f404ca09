import { shortHotkey } from '../../app/log/event-text.js'
import { agoText, groupedText, spanText } from '../../text/span.js'
import { rows } from '../output/table.js'
import { shownAmount } from '../subnet/amount.js'
import { type ExplainedRate, type Explanation, retrySecondsOf } from './explain-policy.js'
import type { WantedMiner } from './find-miner.js'
import type { KnownPolicy } from './known-policy.js'

type PageOptions = { readonly known: KnownPolicy; readonly now: number; readonly width: number | undefined }

/** Formats an explanation for people. */
export function explanationPage(explanation: Explanation, { known, now, width }: PageOptions): string {
  const { rules, rates, place } = explanation
  const head = [
    ['hotkey', explanation.hotkey],
    ['synapse', explanation.synapse],
    ['policy', policyText(known, now)],
    ['standing', standingText(explanation, known, now)],
  ] as const
  const asked = rules.map(({ rule, verdict, why }) => [rule, why === '' ? verdict : `${verdict}: ${why}`] as const)
  const then = [
    ...rates.map(rate => rateRow(rate, known, now)),
    ...(place ? [['place', placeText(place, known)] as const] : []),
  ]
  return `${outcomeText(explanation, known)}\n\n${rows(head, width)}\n${rows([...asked, ...then], width)}`.trimEnd()
}

function outcomeText({ refusal, rates, blacklistHook }: Explanation, { running }: KnownPolicy): string {
  if (refusal) {
    const seconds = retrySecondsOf(refusal)
    const again = seconds === null ? '' : `; it may ask again in ${spanText(seconds * 1000)}`
    return `refused with ${refusal.status}: ${refusal.message}${again}`
  }
  const most = rates.length === 0 ? '' : `, at most ${rates.map(rateText).join(' and ')}`
  const unknown = running && rates.some(({ left }) => left === null) ? ' (what is left is not known)' : ''
  return `admitted${most}${unknown}${blacklistHook ? ", unless the miner's blacklist hook refuses it" : ''}`
}

function policyText({ running, wanted }: KnownPolicy, now: number): string {
  if (!running) return `of this command's configuration${wanted ? `: ${notRunningText(wanted)}` : ', without a chain'}`
  const miner = running.isGone ? 'a miner that has ended' : 'the running miner'
  return `of ${miner}, process ${running.pid}, as of ${agoText(running.writtenAt, now)}`
}

function notRunningText({ wallet, hotkey, netuid, network }: WantedMiner): string {
  if (hotkey === null) return `the address of the hotkey ${wallet} is not known, so no miner serve was looked for`
  const whose = `${wallet} (${shortHotkey(hotkey)}) on netuid ${netuid} of ${network}`
  return `no miner serve of ${whose} runs on this machine`
}

function standingText({ standing }: Explanation, { metagraph, chain }: KnownPolicy, now: number): string {
  if (chain === null) return 'none: the miner has no chain'
  const known =
    standing === 'unknown'
      ? 'not known'
      : standing === 'unregistered'
        ? 'not registered'
        : `uid ${standing.uid}, ${standing.hasPermit ? 'with a' : 'without a'} permit, stake ${shownAmount(standing.stakeRao)} TAO`
  if (!metagraph) return `${known}: there is no metagraph`
  return `${known}, by the metagraph of block ${groupedText(metagraph.block)}, read ${agoText(metagraph.readAt, now)} (${chain})`
}

function rateRow(explained: ExplainedRate, { running }: KnownPolicy, now: number): readonly [string, string] {
  const { of, by, left } = explained
  const counted = by === 'address' ? 'counted by its address' : 'counted by itself'
  const since = running ? ` by the count of ${agoText(running.writtenAt, now)}` : ''
  const rest = left !== null ? `, ${left} left${since}` : running ? ', what is left is not known' : ''
  return [of === 'route' ? 'route rate' : 'rate', `${rateText(explained)}, ${counted}${rest}`]
}

function rateText({ rate, counts }: ExplainedRate): string {
  return counts === 'cost' ? `${rate} by the cost of a request` : rate
}

function placeText(
  { isStranger, isAllowed, stakeRao }: NonNullable<Explanation['place']>,
  { running }: KnownPolicy,
): string {
  if (isStranger) return 'a stranger: behind all other callers, and in at most half of the places'
  const share =
    isAllowed && stakeRao === 0n
      ? 'the median weight of the callers with stake'
      : `the weight of its stake, ${shownAmount(stakeRao)} TAO`
  return running?.hasPriority ? `by the priority hook of the miner, then with ${share}` : `with ${share}`
}
