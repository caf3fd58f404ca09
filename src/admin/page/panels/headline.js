/** @import { LiveStatus, Quantiles } from '../../api.js' */
import { byId, element, redraw } from '../element.js'
import {
  formatCount,
  formatDuration,
  formatHotkey,
  formatRate,
  formatShare,
  formatSpan,
  formatUsd,
  UNKNOWN,
} from '../format.js'
import { spentOf, usedShare } from './budget.js'

/**
 * Shows which miner this is, and how it does at a glance.
 *
 * @param {LiveStatus} status
 */
export function showHeadline(status) {
  const { use, models, hotkey, netuid, network, version } = status.miner
  const model = models.length > 1 ? `${models[0]} and ${models.length - 1} more` : models[0]
  const subnet = netuid === undefined ? 'no chain' : `subnet ${netuid} on ${network ?? 'a chain'}`
  redraw(byId('identity'), { use, model, hotkey, subnet, version }, () => [
    element('strong', {}, model ? `${use} · ${model}` : use),
    element('span', { class: 'mono', title: hotkey }, formatHotkey(hotkey)),
    element('span', {}, subnet),
    element('span', {}, `version ${version}`),
  ])
  document.title = `${formatRate(status.requests.perSecond)}/s · miner ${use}`
  redraw(byId('figures'), figuresOf(status), figures =>
    figures.map(({ term, value, note, title }) =>
      element(
        'div',
        title ? { title } : {},
        element('dt', {}, term),
        element('dd', { class: 'figure' }, value),
        element('dd', { class: 'note' }, note),
      ),
    ),
  )
}

/**
 * @param {LiveStatus} status
 * @returns {readonly { readonly term: string, readonly value: string, readonly note: string, readonly title?: string }[]}
 */
function figuresOf({ at, miner, requests, latency, load, money, chain }) {
  const { unproven, unprovenPerSecond, strangers, strangersPerSecond } = requests
  const named = unproven === 0 ? '' : `unproven ${formatRate(unprovenPerSecond)} /s, `
  const { answered, refused, failed, cancelled } = requests.signed
  const ended = answered + refused + failed + cancelled
  const { atWork, waiting, of, queue } = load.places
  return [
    {
      term: 'Requests',
      value: `${formatRate(requests.perSecond)} /s`,
      note: `${named}strangers ${formatRate(strangersPerSecond)} /s`,
      title: `Not counted, because no signature proved them, since the start: ${formatCount(unproven)} that name a validator, ${formatCount(strangers)} of strangers`,
    },
    {
      term: 'Answered',
      value: ended === 0 ? UNKNOWN : formatShare(answered / ended),
      note: ended === 0 ? 'no signed request yet' : `${formatCount(answered)} of ${formatCount(ended)}`,
      title: 'Of the requests that a hotkey signed, since the start.',
    },
    { term: 'First token, p50', ...latencyFigure(latency.firstToken) },
    { term: 'Whole answer, p50', ...latencyFigure(latency.total) },
    {
      term: 'Places taken',
      value: `${formatCount(atWork)} of ${formatCount(of)}`,
      note: `${formatCount(waiting)} of ${formatCount(queue)} waiting`,
    },
    ...(money ? [moneyFigure(money)] : []),
    ...(chain ? [chainFigure(chain)] : []),
    { term: 'Up for', value: formatSpan(at - miner.startedAt), note: `process ${miner.pid}` },
  ]
}

/** @param {Quantiles | null} quantiles */
function latencyFigure(quantiles) {
  if (!quantiles) return { value: UNKNOWN, note: 'no answer in 5 min' }
  return { value: formatDuration(quantiles.p50), note: `p95 ${formatDuration(quantiles.p95)}` }
}

/** @param {NonNullable<LiveStatus['money']>} money */
function moneyFigure({ today, budget }) {
  const unknown = today.unknown > 0 ? `${formatCount(today.unknown)} of unknown cost` : null
  const note = [budget && `of ${formatUsd(budget.usdPerDay)}`, unknown].filter(Boolean).join(', ') || 'UTC day'
  return { term: 'Cost today', value: today.usd === undefined ? UNKNOWN : formatUsd(today.usd), note }
}

/** @param {NonNullable<LiveStatus['chain']>} chain */
function chainFigure({ uid, registered, incentive }) {
  const newest = incentive.at(-1)
  const note = registered === false ? 'not registered' : uid === null ? 'uid not known' : `uid ${uid}`
  return { term: 'Incentive', value: newest ? newest.value.toFixed(4) : UNKNOWN, note }
}

/**
 * Lists what is wrong, or hides the list.
 *
 * @param {LiveStatus} status
 */
export function showProblems(status) {
  const problems = problemsOf(status)
  byId('problems').hidden = problems.length === 0
  redraw(byId('problems-list'), problems, texts => texts.map(text => element('li', {}, text)))
}

/**
 * @param {LiveStatus} status
 * @returns {string[]}
 */
function problemsOf({ miner, requests, load, endpoints = [], money, chain }) {
  const open = endpoints.filter(({ breaker }) => breaker === 'open')
  const used = money?.budget ? usedShare(money.budget) : 0
  const isSpent = money?.budget?.isSpent === true
  const { hotkeyBudgets = { asked: 0, spent: 0, most: [] }, strangersBudget } = money ?? {}
  const { spent } = hotkeyBudgets
  const spending = spent === 1 ? 'has spent its budget' : 'have spent their budget'
  /** @type {[boolean, string][]} */
  const checks = [
    [miner.isDraining, 'The miner is stopping: it finishes what it has begun and refuses new requests.'],
    [
      load.overload !== undefined,
      `The event loop is ${formatDuration(load.overload?.loopDelayMs ?? 0)} late, so the miner refuses some callers.`,
    ],
    [open.length > 0, `Not asked after failures: ${open.map(({ endpoint }) => endpoint).join(', ')}.`],
    [requests.problem !== undefined, requests.problem ?? ''],
    [isSpent, 'The budget of the day is spent: requests get 429 until the day (UTC) turns.'],
    [
      used >= 1 && !isSpent,
      'The budget of the day is spent or reserved: requests get 429 until those in progress have ended.',
    ],
    [used >= 0.8 && used < 1 && !isSpent, `${formatShare(used)} of the budget of the day is spent or reserved.`],
    [spent > 0, `${spentOf(hotkeyBudgets)} hotkeys ${spending} of the day: further requests get 429.`],
    [
      strangersBudget?.isSpent === true,
      'Unregistered hotkeys have spent the budget of the day that they share: further requests of theirs get 429.',
    ],
    [chain?.registered === false, 'The hotkey is not registered on the subnet.'],
    [chain?.announcement === 'elsewhere', 'The chain shows another address than the one that this miner announces.'],
    [chain?.problem !== undefined, chain?.problem?.message ?? ''],
  ]
  return checks.flatMap(([applies, text]) => (applies ? [text] : []))
}
