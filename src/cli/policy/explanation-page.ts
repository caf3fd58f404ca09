import { shortHotkey } from '../../app/log/event-text.js'
import { agoText, groupedText, spanText } from '../../text/span.js'
import { rows } from '../output/table.js'
import { shownAmount } from '../subnet/amount.js'
import { type ExplainedRate, type Explanation, retrySecondsOf } from './explain-policy.js'
import type { KnownPolicy, WantedMiner } from './known-policy.js'

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
  const then = [...rates.map(rateRow), ...(place ? [['place', placeText(place, known)] as const] : [])]
  return `${outcomeText(explanation)}\n\n${rows(head, width)}\n${rows([...asked, ...then], width)}`.trimEnd()
}

function outcomeText({ refusal, rates }: Explanation): string {
  if (refusal) {
    const seconds = retrySecondsOf(refusal)
    const again = seconds === null ? '' : `; it may ask again in ${spanText(seconds * 1000)}`
    return `refused with ${refusal.status}: ${refusal.message}${again}`
  }
  return rates.length === 0 ? 'admitted' : `admitted, at most ${rates.map(({ rate }) => rate).join(' and ')}`
}

function policyText({ running, wanted }: KnownPolicy, now: number): string {
  if (!running) return `of this command's configuration${wanted ? `: ${notRunningText(wanted)}` : ', without a chain'}`
  return `of the running miner, process ${running.pid}, as of ${agoText(running.writtenAt, now)}`
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

function rateRow({ of, rate, by, left }: ExplainedRate): readonly [string, string] {
  const counted = by === 'address' ? 'counted by its address' : 'counted by itself'
  return [of === 'route' ? 'route rate' : 'rate', `${rate}, ${counted}${left === null ? '' : `, ${left} left`}`]
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
