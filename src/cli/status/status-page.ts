import type { LiveStatus } from '../../admin/api.js'
import { ruleReason, shortHotkey } from '../../app/log/event-text.js'
import type { ServingState } from '../../app/state/serving-state.js'
import type { AnnouncedAxon, Metagraph, Neuron } from '../../chain/metagraph.js'
import { adminText } from '../../text/admin-text.js'
import { axonText } from '../../text/axon-text.js'
import { escapeControls } from '../../text/escape.js'
import { fill } from '../../text/fill.js'
import { agoText, groupedText, spanText } from '../../text/span.js'
import { rows } from '../output/table.js'
import { shownAmount, shownShare } from '../subnet/amount.js'
import { blockText } from '../subnet/blocks.js'
import { counted } from '../subnet/metagraph-table.js'
import { stakeText } from '../subnet/neuron-record.js'
import type { Status } from './collect-status.js'
import { type Findings, immunityLeftMs } from './find-problems.js'
import { forgedRows, loadRows, storeRows } from './load-rows.js'
import type { Ping } from './ping-axon.js'
import { placeOf } from './status-json.js'

/** How many callers the page names; --json names all. */
const MAX_CALLERS = 20

/** Formats the status for people, on one page. @param width columns of the terminal, if it is one */
export function statusPage(status: Status, findings: Findings, width: number | undefined): string {
  const { state } = status.serving
  const { isRunning } = status.serving
  const ofServing = state
    ? [
        isRunning ? [...loadRows(state), ...storeRows(state, status.at)] : [],
        [...requests(state, status), ...forgedRows(state, status.at)],
      ]
    : status.live?.status
      ? [loadRows(status.live.status), liveRequests(status.live.status)]
      : []
  const parts = [miner(status), whereabouts(status), connection(status), ...ofServing].filter(part => part.length > 0)
  const longest = Math.max(...parts.flat().map(([name]) => name.length))
  const aligned = parts.map(part => part.map(([name, value]) => [name.padEnd(longest), value] as const))
  return [...aligned.map(part => rows(part, width)), messages(findings, width)].filter(part => part !== '').join('\n')
}

/** Of a reply, whose message may be long. */
const MAX_MESSAGE = 120

type Row = readonly [name: string, value: string]

function miner(status: Status): readonly Row[] {
  const { hotkey, wallet, netuid, network, neuron } = status
  const { metagraph } = status.chain
  const owner: Row = ['hotkey', `${hotkey} (wallet ${wallet})`]
  if (network === 'none') return [owner, ['network', 'none']]
  const who: readonly Row[] = [
    owner,
    ['subnet', `${netuid} on ${network}${metagraph ? `, ${counted(metagraph.neurons.length, 'neuron')}` : ''}`],
  ]
  if (!metagraph || !neuron) return [...who, ['uid', unregisteredText(status)]]
  const { registeredAt } = neuron
  const since = registeredAt === null ? '' : `, registered ${blockText(registeredAt, metagraph.block)}`
  return [
    ...who,
    ['uid', `${neuron.uid}${since}`],
    ['immunity', immunityText(immunityLeftMs(status))],
    ['stake', stakeText(neuron)],
    ['rank', rankText(neuron, metagraph)],
    ['incentive', shownShare(neuron.incentive)],
    ['emission', `${shownAmount(neuron.emissionRao, 4)} in the last epoch`],
  ]
}

function unregisteredText({ at, chain: { metagraph, connection } }: Status): string {
  if (!metagraph) return 'unknown'
  return connection ? 'not registered' : `not registered ${agoText(metagraph.readAt, at)}`
}

function immunityText(left: number | null): string {
  if (left === null) return 'unknown'
  return left === 0 ? 'over' : `${spanText(left)} left`
}

function rankText(neuron: Neuron, metagraph: Metagraph): string {
  const place = placeOf(neuron, metagraph)
  if (place === null) return 'none while its incentive is 0'
  return `${groupedText(place)} of ${groupedText(metagraph.neurons.length)} by incentive`
}

function whereabouts(status: Status): readonly Row[] {
  const { neuron, chain, ping, network } = status
  if (network === 'none') return []
  if (!chain.metagraph) return [['this machine', ownText(status)]]
  return [
    ['announced', neuron || chain.connection ? announcedText(neuron?.axon ?? null, chain.metagraph) : 'unknown'],
    ['this machine', ownText(status)],
    ...(ping ? [['ping', pingText(ping)] as const] : []),
  ]
}

function announcedText(axon: AnnouncedAxon | null, { block }: Metagraph): string {
  return axon ? `${axonText(axon)}, ${blockText(axon.block, block)}` : 'nothing'
}

function ownText({ own: { ip, port }, serving, settings }: Status): string {
  const isAnnouncing = serving.isRunning && !!serving.state?.ours
  if (!isAnnouncing && !settings.announce) return 'announces nothing (--no-announce)'
  if (ip === null) return 'does not know its public address'
  const announces = isAnnouncing ? 'announces' : 'would announce'
  return port === null ? `${announces} ${ip}, on a port of its own choice` : `${announces} ${axonText({ ip, port })}`
}

function pingText({ found, status, message, ms, hotkey }: Ping): string {
  const text = message === '' ? '' : `: ${message.slice(0, MAX_MESSAGE)}`
  if (found === 'unseen') return `not seen from here${text}`
  if (found === 'other' && hotkey === null) return `answered in ${Math.round(ms)} ms, but not by an axon${text}`
  const who = found === 'reached' ? 'reached' : `the axon of ${hotkey}`
  const outcome = status === null ? '' : `, status ${status}`
  return `${who} in ${Math.round(ms)} ms${outcome}${text}`
}

function connection(status: Status): readonly Row[] {
  const { at, chain, admin, network } = status
  const { metagraph, connection } = chain
  const endpoint = connection
    ? `${connection.endpoint}, ${Math.round(connection.latencyMs)} ms, runtime ${metagraph?.specVersion}`
    : 'out of reach'
  const block = metagraph && `${groupedText(metagraph.block)}, ${spanText(at - metagraph.blockAt)} old`
  return [
    ...(network === 'none' ? [] : [['endpoint', endpoint] as const]),
    ...(block ? [['block', block] as const] : []),
    ['serve', serveText(status)],
    ...(admin ? [['dashboard', adminText(admin)] as const] : []),
  ]
}

function serveText({ serving: { state, isRunning }, live, at }: Status): string {
  if (live && !isRunning) return liveText(live)
  if (!state) return 'not known to run on this machine'
  const { pid, startedAt, writtenAt, stoppedAt, miner, dialect, url, chain } = state
  if (stoppedAt !== null) return `stopped ${agoText(stoppedAt, at)}`
  if (!isRunning) return `last seen ${agoText(writtenAt, at)}, as process ${pid}`
  const standings = chain === null ? 'no chain' : `standings ${chain}`
  return `for ${spanText(at - startedAt)}, process ${pid}, ${url}, miner ${miner}, dialect ${dialect}, ${standings}, seen ${agoText(writtenAt, at)}`
}

function liveText({ pid, hasChain, status }: NonNullable<Status['live']>): string {
  const chain = hasChain ? '' : ', no chain'
  if (!status) return `process ${pid}, which does not give its figures${chain}`
  const { startedAt, url, use, dialect } = status.miner
  return `for ${spanText(status.at - startedAt)}, process ${pid}, ${url}, miner ${use}, dialect ${dialect}${chain}`
}

function liveRequests({
  at,
  miner,
  requests: { signed, unproven, strangers },
  validators,
  reasons,
}: LiveStatus): readonly Row[] {
  return [
    ['requests', `${endingsText(signed)} in ${spanText(at - miner.startedAt)}`],
    ...validators.slice(0, MAX_CALLERS).map(({ uid, hotkey, lastAt, answered, refused, failed, cancelled }): Row => {
      const endings = endingsText({ answered, refused, failed, cancelled })
      return [uid === null ? 'allowed' : `uid ${uid}`, `${shortHotkey(hotkey)} ${endings}, last ${agoText(lastAt, at)}`]
    }),
    ['others', `${groupedText(unproven)} unproven, ${groupedText(strangers)} of strangers`],
    ...reasons.map(({ ending, status, code, reason, count }): Row => {
      return [`${ending} ${status}`, `${groupedText(count)}× ${code}: ${ruleReason(reason)}`]
    }),
  ]
}

function requests({ requests }: ServingState, { at, chain }: Status): readonly Row[] {
  const uids = new Map(chain.metagraph?.neurons.map(({ hotkey, uid }) => [hotkey, `uid ${uid}`]))
  const { callers, others, reasons, since } = requests
  const shown = callers.slice(0, MAX_CALLERS)
  const title: Row = ['requests', `of the last ${spanText(at - since)}`]
  return [
    title,
    ...shown.map(({ uid, hotkey, lastAt, rateLeft: _, ...endings }): Row => {
      return [
        uid === null ? 'allowed' : `uid ${uid}`,
        `${shortHotkey(hotkey)} ${endingsText(endings)}, last ${agoText(lastAt, at)}`,
      ]
    }),
    ...(callers.length > shown.length
      ? [['', `and ${counted(callers.length - shown.length, 'caller')} more`] as const]
      : []),
    ['others', endingsText(others)],
    ...reasons.map(({ ending, status, code, reason, count, hotkeys }): Row => {
      const names = hotkeys.map(hotkey => uids.get(hotkey) ?? shortHotkey(hotkey))
      const who = names.length > 0 ? ` (${names.join(', ')})` : ''
      return [`${ending} ${status}`, `${groupedText(count)}× ${code}: ${ruleReason(reason)}${who}`]
    }),
  ]
}

function endingsText(endings: { readonly answered: number } & Readonly<Record<string, number>>): string {
  const parts = ['answered', 'refused', 'failed', 'cancelled'].filter(name => endings[name]! > 0)
  return parts.length === 0 ? 'none' : parts.map(name => `${groupedText(endings[name]!)} ${name}`).join(', ')
}

function messages({ problems, notes }: Findings, width: number | undefined): string {
  const line = (text: string, indent: number) => `${fill(escapeControls(text), { width, indent })}\n`
  return [
    ...problems.map(({ message, hint }) => {
      const way = `  try: ${escapeControls(hint)}`
      // A command stays whole, so that it can be copied.
      return line(`problem: ${message}`, 2) + (hint.startsWith('miner ') ? `${way}\n` : line(way, 7))
    }),
    ...notes.map(note => line(`note: ${note}`, 2)),
  ].join('')
}
