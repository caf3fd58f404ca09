import { randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { hostSections } from '../../app/settings.js'
import { valuesOf } from '../../config/configuration.js'
import { type DoctorCheck, type Finding, findingsBy } from '../../doctor/check.js'
import { checkRefusals } from '../../doctor/miner/refusals.js'
import { checkHeaders } from '../../doctor/network/headers.js'
import { listenersOn } from '../../doctor/network/listeners.js'
import { checkPort } from '../../doctor/network/port.js'
import { keypairFromMiniSecret } from '../../keys/keypair.js'
import { axonText } from '../../text/axon-text.js'
import { spanText } from '../../text/span.js'
import type { Status } from '../status/collect-status.js'
import { pingAxon, sendPing } from '../status/ping-axon.js'
import { answeredIn, type DoctorContext } from './doctor-context.js'
import { ofTopic, withStatus } from './subnet-checks.js'

/** They wait for the chain, which tells the announced address. */
const CHAIN_MS = 60_000

/** The checks of the axon, and of the way to it. */
export function axonChecks(context: DoctorContext): readonly DoctorCheck[] {
  return [
    { name: 'port', run: signal => port(context, signal) },
    { name: 'serving', timeoutMs: CHAIN_MS, run: () => withStatus(context, serving) },
    { name: 'address', timeoutMs: CHAIN_MS, run: () => withStatus(context, address) },
    { name: 'headers', timeoutMs: CHAIN_MS, run: signal => headers(context, signal) },
  ]
}

async function port({ configuration, hasChain, hotkey, running }: DoctorContext, signal: AbortSignal) {
  const axon = valuesOf(configuration, hostSections.axon)
  const { announce } = valuesOf(configuration, hostSections.neuron)
  const state = await running()
  const own = await hotkey().catch(() => null) // the check of the wallet reports why
  const ip = axon.host === undefined || axon.host === '0.0.0.0' || axon.host === '::' ? '127.0.0.1' : axon.host
  return [
    await checkPort({
      port: axon.port === 0 ? (state?.port ?? 0) : axon.port,
      host: axon.host,
      running: state,
      announces: hasChain && announce,
      listenersOn,
      isOwnAxon: async port => {
        if (own === null) return false
        const ping = await pingAxon({ axon: { ip, port }, hotkey: own, keypair: await anyKey(), signal })
        return ping.found === 'reached'
      },
    }),
  ]
}

/** An axon answers a ping of any key with its own name. */
function anyKey() {
  return keypairFromMiniSecret(randomBytes(32))
}

function serving(status: Status): readonly Finding[] {
  const { state, isRunning } = status.serving
  const how = 'read the state file that a running miner serve renews'
  const { ok, unknown } = findingsBy(how)
  const hour = isRunning && state ? checkRefusals({ ...state, ...state.requests, answered: answeredIn(state) }) : []
  const found = [...ofTopic(status, 'serving', how), ...hour]
  if (found.length > 0) return found
  const start = ['miner', 'serve', ...status.typedFlags].join(' ')
  if (!state || !isRunning)
    return [unknown('no miner runs on this machine for this hotkey and subnet, as far as its state file tells', start)]
  const since = spanText(status.at - state.startedAt)
  return [ok(`process ${state.pid} serves for ${since}, with ${answeredIn(state)} answers in the last hour`)]
}

function address(status: Status): readonly Finding[] {
  const { neuron, ping, settings, own } = status
  const how = 'read the announced address from the chain, found that of this machine, and sent a signed ping'
  const { ok, unknown, warning } = findingsBy(how)
  const found = ofTopic(status, 'address', how).map(one => withAddressHint(one, status))
  const { axon = null } = neuron ?? {}
  if (axon === null)
    return found.length > 0
      ? found
      : [
          settings.announce
            ? unknown('the chain holds no address, or is out of reach')
            : ok('announces nothing (--no-announce)'),
        ]
  const ipv6 =
    isIPv6(axon.ip) && !settings.isLocal
      ? [
          warning(
            'ADDRESS_IPV6',
            `the announced address ${axonText(axon)} is of IPv6, which a validator without IPv6 cannot reach`,
            'miner announce --axon-external-ip with the IPv4 address of this machine',
          ),
        ]
      : []
  if (found.length + ipv6.length > 0) return [...found, ...ipv6]
  const reached = ping?.found === 'reached' ? `, where the axon answers in ${Math.round(ping.ms)} ms` : ''
  return [ok(`the chain holds ${axonText(axon)}${own.ip === null ? '' : ', as this machine announces it'}${reached}`)]
}

/** Adds to a hint what the page of `miner status` has elsewhere, or has no room for. */
function withAddressHint(finding: Finding, { neuron, chain, ping, own }: Status): Finding {
  const { axon } = neuron ?? {}
  if (finding.code === 'ANNOUNCED_ELSEWHERE' && axon && chain.metagraph) {
    const waits = axon.block + chain.metagraph.subnet.servingRateLimit - chain.metagraph.block
    const rate = waits > 0 ? `; the chain takes another announcement in ${waits} blocks only` : ''
    const other =
      ping?.found === 'reached'
        ? `; an axon of this hotkey answers at ${axonText(axon)}: stop it if it is a second one`
        : ''
    return { ...finding, hint: `${finding.hint ?? ''}${rate}${other}` }
  }
  if (own.problem && finding.message === own.problem.message) return { ...finding, hint: own.problem.hint }
  if (finding.verdict === 'unknown' && ping?.found === 'unseen' && axon)
    return {
      ...finding,
      hint: `from another machine: curl -sS http://${axonText(axon)}/healthz; open the port in the firewall (sudo ufw allow ${own.port ?? axon.port}/tcp), and forward port ${axon.port} of the router to this machine`,
    }
  return finding
}

async function headers(context: DoctorContext, signal: AbortSignal): Promise<readonly Finding[]> {
  const { configuration, url, hasChain, isLocal, status } = context
  const { trustedProxy } = valuesOf(configuration, hostSections.axon)
  const hotkey = await context.hotkey().catch(() => null) // the check of the wallet reports why
  if (hotkey === null) return []
  const announced = hasChain && url === null ? await status().catch(() => null) : null // as above
  // The status pings routable addresses only, so that the chain cannot send this machine into its own network.
  const axon = announced?.ping && (isLocal || announced.ping.found !== 'unseen') ? announced.neuron?.axon : undefined
  const at = url ?? (axon && new URL(`http://${axonText(axon)}`))
  if (!at) return []
  const reply = await sendPing({ url: at, hotkey, keypair: await anyKey(), signal })
  return checkHeaders({ address: at.host, reply, hotkey, hasTrustedProxy: trustedProxy.length > 0 })
}
