import { randomBytes } from 'node:crypto'
import { hostSections } from '../../app/settings.js'
import { valuesOf } from '../../config/configuration.js'
import type { DoctorCheck, Finding } from '../../doctor/check.js'
import { checkHeaders } from '../../doctor/network/headers.js'
import { listenersOn } from '../../doctor/network/listeners.js'
import { checkPort, type PortCheck } from '../../doctor/network/port.js'
import { keypairFromMiniSecret } from '../../keys/keypair.js'
import { axonText } from '../../text/axon-text.js'
import { type DoctorContext, servingProcess } from '../doctor/doctor-context.js'
import { pingAxon, sendPing } from '../status/ping-axon.js'
import { addressFindings } from './address-findings.js'
import { checkServing } from './serving-check.js'
import { withStatus } from './subnet-checks.js'

/** They wait for the chain, which tells the announced address. */
const CHAIN_MS = 60_000

/** The checks of the axon, and of the way to it. */
export function axonChecks(context: DoctorContext): readonly DoctorCheck[] {
  return [
    { name: 'port', run: signal => port(context, signal) },
    { name: 'serving', timeoutMs: CHAIN_MS, run: () => checkServing(context) },
    { name: 'address', timeoutMs: CHAIN_MS, run: () => withStatus(context, addressFindings) },
    { name: 'headers', timeoutMs: CHAIN_MS, run: signal => headers(context, signal) },
  ]
}

async function port(context: DoctorContext, signal: AbortSignal) {
  const { configuration, hasChain, hotkey } = context
  const axon = valuesOf(configuration, hostSections.axon)
  const { announce } = valuesOf(configuration, hostSections.neuron)
  const running = await servingProcess(context)
  const own = await hotkey().catch(() => null) // the check of the wallet reports why
  const ip = axon.host === undefined || axon.host === '0.0.0.0' || axon.host === '::' ? '127.0.0.1' : axon.host
  const admin = valuesOf(configuration, hostSections.admin)
  return [
    await checkPort({
      port: axon.port === 0 ? (running?.port ?? 0) : axon.port,
      host: axon.host,
      running,
      announces: hasChain && announce,
      listenersOn,
      isOwnAxon: async port => {
        if (own === null) return false
        const ping = await pingAxon({ axon: { ip, port }, hotkey: own, keypair: await anyKey(), signal })
        return ping.found === 'reached'
      },
    }),
    ...(admin.port === undefined ? [] : [await checkAdminPort({ port: admin.port, host: admin.host }, running)]),
  ]
}

/** Checks that the admin port can open, which `miner serve` needs to start. */
function checkAdminPort(at: { readonly port: number; readonly host: string }, running: PortCheck['running']) {
  return checkPort({ of: 'admin', ...at, running, announces: false, listenersOn, isOwnAxon: async () => false })
}

/** An axon answers a ping of any key with its own name. */
function anyKey() {
  return keypairFromMiniSecret(randomBytes(32))
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
