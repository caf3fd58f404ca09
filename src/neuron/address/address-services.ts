import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { abortable } from '../../async/abortable.js'
import { https } from '../../async/node-http.js'
import { timeoutSignal } from '../../async/timeout.js'
import { NeuronError } from '../neuron-error.js'
import { canonicalIp, whyUnroutable } from './routable.js'

/** How long one service may take, from the first byte to the last. */
const SERVICE_MS = 3_000
/** An address takes at most 45 characters; the rest is for line ends. */
const MAX_BYTES = 128
/** How many services have to return the same address. */
const AGREEING = 2

type Family = 4 | 6

/**
 * Asks public services for the address that this machine has on the internet, until two of different hosts agree: one alone
 * could send every validator to another machine. Over IPv4, since nearly every validator has it; over IPv6 where no service
 * answers over IPv4.
 *
 * @param services https URLs that return the address as text; at most two are asked at a time
 * @throws {NeuronError} ADDRESS_UNKNOWN when no two agree
 */
export async function askAddressServices(services: readonly string[], signal: AbortSignal): Promise<string> {
  const overIpv4 = await agreedAddress(services, 4, signal)
  if (overIpv4.agreed) return overIpv4.agreed
  const overIpv6 = overIpv4.hasAnswers ? overIpv4 : await agreedAddress(services, 6, signal)
  if (overIpv6.agreed) return overIpv6.agreed
  const { problem } = overIpv6.hasAnswers ? overIpv6 : overIpv4
  throw new NeuronError('ADDRESS_UNKNOWN', `the public address of this machine is not known: ${problem}`, {
    hint: 'give it with --axon-external-ip, or serve with --no-announce',
  })
}

type Found = { readonly agreed: string | undefined; readonly hasAnswers: boolean; readonly problem: string }

async function agreedAddress(services: readonly string[], family: Family, signal: AbortSignal): Promise<Found> {
  /** the hosts that returned an address */
  const votes = new Map<string, Set<string>>()
  const failures: string[] = []
  const remaining = [...services]
  let agreed: string | undefined
  /** asks one after the other, until one returns an address */
  const askNext = async () => {
    for (let service = remaining.shift(); service !== undefined; service = remaining.shift()) {
      const { hostname } = new URL(service)
      try {
        const ip = await askService(service, family, signal)
        const hosts = votes.get(ip) ?? new Set()
        votes.set(ip, hosts.add(hostname))
        if (hosts.size >= AGREEING) agreed = ip
        return
      } catch (error) {
        signal.throwIfAborted()
        failures.push(`${hostname} ${whyFailed(error)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AGREEING }, askNext))
  while (agreed === undefined && remaining.length > 0) await askNext()
  const answers = [...votes].map(([ip, hosts]) => `${[...hosts].join(' and ')} returned ${ip}`)
  return { agreed, hasAnswers: votes.size > 0, problem: [...answers, ...failures].join(', ') }
}

/** @throws a reason to ask another one; the reason of the signal when that aborts */
async function askService(service: string, family: Family, parent: AbortSignal): Promise<string> {
  using timeout = timeoutSignal({
    ms: SERVICE_MS,
    reason: () => new Failed(`did not answer within ${SERVICE_MS / 1000} s`),
    parent,
  })
  const { signal } = timeout
  const response = await abortable(respond(service, family, signal), signal)
  try {
    // A captive portal redirects; its answer is not the service's.
    if (response.statusCode !== 200) throw new Failed(`returned status ${response.statusCode}`)
    const ip = (await abortable(readText(response), signal)).trim()
    if (isIP(ip) === 0) throw new Failed('returned something that is not an IP address')
    const why = whyUnroutable(ip)
    if (why !== undefined) throw new Failed(`returned ${ip}, which ${why}`)
    return canonicalIp(ip)
  } finally {
    response.destroy()
  }
}

function respond(service: string, family: Family, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Not `fetch`, which cannot choose the family: a machine with both would get answers that never agree.
    const headers = { accept: 'text/plain', 'user-agent': 'bittensor-miner', connection: 'close' }
    const asked = https.request(service, { family, signal, headers }, resolve)
    asked.on('error', reject)
    asked.end()
  })
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = ''
  response.setEncoding('latin1')
  for await (const chunk of response) {
    text += chunk
    if (text.length > MAX_BYTES) throw new Failed('returned something that is not an IP address')
  }
  return text
}

class Failed extends Error {}

function whyFailed(error: unknown): string {
  if (error instanceof Failed) return error.message
  // By code alone: the text of a failed request repeats what the other side sent.
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error'
  return `failed with ${code}`
}
