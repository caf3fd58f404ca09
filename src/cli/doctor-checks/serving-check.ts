import type { LiveStatus } from '../../admin/api.js'
import { hostSections } from '../../app/settings.js'
import { valuesOf } from '../../config/configuration.js'
import { type Finding, findingsBy } from '../../doctor/check.js'
import { checkEndpointHealth } from '../../doctor/miner/endpoint-health.js'
import { checkRefusals } from '../../doctor/miner/refusals.js'
import { agoText, spanText } from '../../text/span.js'
import type { DoctorContext } from '../doctor/doctor-context.js'
import { type LastHour, lastHour } from '../doctor/last-hour.js'
import { nextCommand } from '../doctor/next-command.js'
import type { Status } from '../status/collect-status.js'
import type { LiveMiner } from '../top/live-miner.js'
import { notesOn, ofTopic, withStatus } from './subnet-checks.js'

/** Checks the miner that runs: by its state file, which it has with a chain, and by its admin port. */
export async function checkServing(context: DoctorContext): Promise<readonly Finding[]> {
  const [live, hour] = await Promise.all([context.live(), lastHour(context)])
  const found = [...(hour ? checkRefusals(hour) : []), ...(live ? liveFindings(live, context) : [])]
  if (context.hasChain) return withStatus(context, status => withChain(status, { context, live, hour, found }))
  if (found.length > 0) return found
  if (live?.status) return [findingsBy(howOf(live)).ok(servingText(live.pid, live.status, hour))]
  return [noneRuns(context, 'looked for the admin port of a miner of this hotkey without a chain')]
}

type Known = {
  readonly context: DoctorContext
  readonly live: LiveMiner | null
  readonly hour: LastHour | null
  readonly found: readonly Finding[]
}

function withChain(status: Status, { context, live, hour, found: told }: Known): readonly Finding[] {
  const { state, isRunning } = status.serving
  const how = 'read the state file that a running miner serve renews'
  const { ok, unknown } = findingsBy(how)
  const start = nextCommand(context, 'serve')
  const notes = notesOn(status, 'serving').map(note => unknown(note, isRunning || live ? undefined : start))
  const found = [...ofTopic(status, 'serving', how), ...notes, ...told]
  if (found.length > 0) return found
  if (live?.status) return [findingsBy(howOf(live)).ok(servingText(live.pid, live.status, hour))]
  if (!state || !isRunning) return [noneRuns(context, how)]
  return [ok(`process ${state.pid} serves for ${spanText(status.at - state.startedAt)}${hourText(hour)}`)]
}

function noneRuns(context: DoctorContext, how: string): Finding {
  const message = context.hasChain
    ? 'no miner runs on this machine, as far as its state file tells'
    : 'no miner of this hotkey runs on this machine with an admin port, which tells how it does'
  const { port } = valuesOf(context.configuration, hostSections.admin)
  const admin = context.hasChain || port !== undefined ? [] : ['--admin-port', '9091']
  return findingsBy(how).unknown(message, nextCommand(context, 'serve', admin))
}

/** What the admin port of a miner tells that is not well. */
function liveFindings(live: LiveMiner, context: DoctorContext): readonly Finding[] {
  const { unknown, warning } = findingsBy(howOf(live))
  if (live.status === null) return [unknown(live.problem)]
  const { at, miner, endpoints = [] } = live.status
  const check = context.unusable.length > 0 ? 'miner check' : nextCommand(context, 'check')
  return [
    ...(miner.isDraining
      ? [
          warning(
            'SERVING_ENDS',
            `process ${live.pid} is stopping: it refuses new requests, and finishes those in progress`,
            'wait until it has ended, and start it again',
          ),
        ]
      : []),
    ...checkEndpointHealth(endpoints, { how: howOf(live), now: at, check }),
  ]
}

function howOf({ url }: Pick<LiveMiner, 'url'>): string {
  return `asked the admin port ${url} of the miner that runs`
}

/** `process 4711 serves for 3 h, with 12 answers in the last hour, 2 of 8 places at work, by standings of 4 min ago` */
function servingText(pid: number, { at, miner, load, chain }: LiveStatus, hour: LastHour | null): string {
  const { atWork, of, waiting } = load.places
  const waits = waiting > 0 ? `, and ${waiting} waiting` : ''
  const standings = chain?.metagraphAt == null ? '' : `, by standings of ${agoText(chain.metagraphAt, at)}`
  return `process ${pid} serves for ${spanText(at - miner.startedAt)}${hourText(hour)}, ${atWork} of ${of} places at work${waits}${standings}`
}

function hourText(hour: LastHour | null): string {
  return hour ? `, with ${hour.answered === 1 ? '1 answer' : `${hour.answered} answers`} in the last hour` : ''
}
