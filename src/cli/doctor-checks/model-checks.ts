import { randomUUID } from 'node:crypto'
import type { RunScope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { CHOSEN_DIALECT, CHOSEN_MINER, MINER } from '../../app/tokens.js'
import { timeoutSignal } from '../../async/timeout.js'
import { valuesOf } from '../../config/configuration.js'
import { printUnit } from '../../config/schema/unit.js'
import { type DoctorCheck, type Finding, findingsBy } from '../../doctor/check.js'
import { checkSlots } from '../../doctor/miner/slots.js'
import { checkSources } from '../../doctor/miner/sources.js'
import { type AnswerTime, checkSpeed, guessSpeed, type LateAnswers } from '../../doctor/miner/speed.js'
import { PluginError } from '../../plugin/load/plugin-error.js'
import { requireNeeds } from '../../plugin/load/require-needs.js'
import type { Miner } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { diagnoseMiner } from '../../plugin/run/diagnose-miner.js'
import { collectAnswer } from '../../plugin/run/whole-answer.js'
import type { DoctorContext } from '../doctor/doctor-context.js'
import { type LastHour, lastHour } from '../doctor/last-hour.js'
import { nextCommand } from '../doctor/next-command.js'
import { readyMiner } from '../ready-miner.js'

/** The miner's own check takes 30 s at most. */
const SOURCES_MS = 35_000
/** A whole answer, of which more is measured than validators wait for. */
const ASK_MS = 120_000

/** The checks of the miner and its models. Without a miner, the check of the configuration tells why. */
export function modelChecks(context: DoctorContext): readonly DoctorCheck[] {
  if (context.unusable.length > 0) return []
  const { configuration, sources, asks } = context
  const { concurrency } = valuesOf(configuration, hostSections.axon)
  return [
    { name: 'endpoints', timeoutMs: SOURCES_MS, run: () => endpoints(context) },
    {
      name: 'slots',
      timeoutMs: SOURCES_MS,
      run: async () => checkSlots((await sources().catch(() => nothing)).checks, concurrency),
    },
    { name: 'speed', timeoutMs: ASK_MS + SOURCES_MS, run: signal => (asks ? ask(context, signal) : guess(context)) },
    { name: 'miner', run: signal => diagnose(context, signal) },
  ]
}

/** The check `endpoints` reports what kept the miner from its check. */
const nothing = { checks: [] }

async function endpoints(context: DoctorContext): Promise<readonly Finding[]> {
  const { sources, scope } = context
  const { ok, unknown } = findingsBy('ran the check of the miner (miner check)')
  const { name } = scope.resolve(CHOSEN_MINER)
  try {
    const { checks, late } = await sources()
    const found = [
      ...lackOf(scope, await scope.resolve(MINER)),
      ...checkSources(checks),
      ...(late ? [unknown(late.message, nextCommand(context, 'check', ['--log-level', 'debug']))] : []),
    ]
    return found.length > 0 ? found : [ok(`the miner ${name} has nothing to check`)]
  } catch (error) {
    return [faultOf(error, 'built the miner, and ran its check (miner check)')]
  }
}

/** What the dialect needs, and the miner cannot do: `miner serve` does not start then. */
function lackOf(scope: RunScope, miner: Miner): readonly Finding[] {
  try {
    requireNeeds(scope.resolve(CHOSEN_DIALECT), { ...scope.resolve(CHOSEN_MINER), miner })
    return []
  } catch (error) {
    return [faultOf(error, 'held what the dialect needs against what the miner can do')]
  }
}

/** @throws an error that is none of the miner's own */
function faultOf(error: unknown, how: string): Finding {
  if (!(error instanceof NoAnswer || error instanceof PluginError)) throw error
  const { code, message, hint } = error
  return {
    verdict: 'fault',
    ...(code !== undefined && { code }),
    message,
    how,
    ...(hint !== undefined && { hint }),
  }
}

/** Asks a miner that may not be able to get ready: what keeps it from that may be what it finds. */
async function diagnose({ scope }: DoctorContext, signal: AbortSignal): Promise<readonly Finding[]> {
  const miner = await scope.resolve(MINER).catch(() => null) // the check `endpoints` reports why
  if (miner === null) return []
  const { name: called } = scope.resolve(CHOSEN_MINER)
  const found = await diagnoseMiner(miner, signal)
  return found.map(({ name, message, how = `the method diagnose of the miner ${called}`, ...rest }): Finding => {
    return { ...rest, message: `${name}: ${message}`, how }
  })
}

async function guess(context: DoctorContext): Promise<readonly Finding[]> {
  const { checks } = await context.sources().catch(() => nothing)
  const late = lateAnswers(await lastHour(context))
  return [guessSpeed({ late, checks, ask: nextCommand(context, 'doctor', ['--ask']) }, deadlineOf(context))]
}

/** What the axon counts when the deadline passes: the miner was not done, or the question still waited for its place. */
const LATE = ['DEADLINE', 'DEADLINE_IN_QUEUE']

function lateAnswers(hour: LastHour | null): LateAnswers | null {
  if (hour === null) return null
  const { by, answered, reasons, cut } = hour
  const late = reasons.filter(({ code }) => LATE.includes(code)).reduce((sum, { count }) => sum + count, 0)
  return { by, late, cut, answered }
}

/** The shortest time that the dialect's synapses leave for an answer. */
function deadlineOf({ scope, configuration }: Pick<DoctorContext, 'scope' | 'configuration'>): AnswerTime {
  const { maxTimeout, margin, partial } = valuesOf(configuration, hostSections.axon)
  const { name, synapses } = scope.resolve(CHOSEN_DIALECT)
  const routes = Object.entries(synapses)
    .filter(([, { queue }]) => queue !== false)
    .map(([synapse, { timeout = CALLERS_MS }]) => ({ synapse, timeoutMs: timeout }))
    .toSorted((one, other) => one.timeoutMs - other.timeoutMs)
  const { synapse, timeoutMs } = routes[0] ?? { synapse: undefined, timeoutMs: CALLERS_MS }
  const waits = Math.min(timeoutMs, maxTimeout)
  return {
    ms: waits - Math.min(margin, waits / 10),
    of: `${synapse === undefined ? `dialect ${name}` : `${name} ${synapse}`}, ${printUnit('duration', waits)} less the margin`,
    cuts: partial === 'cut',
  }
}

/** How long a dendrite waits that names no time. */
const CALLERS_MS = 12_000

const question = 'Explain in detail how a hash table works, step by step, with an example for each step.'

async function ask({ scope, configuration }: DoctorContext, signal: AbortSignal): Promise<readonly Finding[]> {
  const deadline = deadlineOf({ scope, configuration })
  const miner = await readyMiner(scope, signal)
  const ms = Math.min(ASK_MS, Math.max(4 * deadline.ms, 30_000))
  using timeout = timeoutSignal({ ms, reason: () => new Error('given up'), parent: signal })
  const startedAt = performance.now()
  const since = () => performance.now() - startedAt
  let firstMs: number | null = null
  const onFirst = () => {
    firstMs = since()
  }
  const asked = { id: randomUUID(), signal: timeout.signal, deadline: Date.now() + ms }
  try {
    await collectAnswer(miner, { messages: [{ role: 'user', content: question }] }, asked, { onFirst })
    return [checkSpeed({ firstMs, ms: since(), isWhole: true }, deadline)]
  } catch (error) {
    signal.throwIfAborted()
    if (timeout.signal.aborted) return [checkSpeed({ firstMs, ms: since(), isWhole: false }, deadline)]
    throw error
  }
}
