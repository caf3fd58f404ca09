import { verify } from '@scure/sr25519'
import { ALLOWED, keys, LEGACY, RECEIVER } from '../keys.ts'
import { type ParsedRequest, valuesOf } from './http.ts'
import type { Meaning, Python } from './python.ts'

/** What a request may do, as the oracle sees it. */
export type Verdict = {
  /** whether it may be answered with 200; if not, why */
  readonly refuse: string | null
  /** the hotkey that signed; null for an unsigned request */
  readonly caller: string | null
  /** what the miner may be asked; true: anything; null: nothing */
  readonly question: unknown
  /** identifies what may be accepted once; null for an unsigned request */
  readonly proof: string | null
  /** epoch milliseconds; before it, the nonce is too far ahead of the clock to be accepted */
  readonly notBeforeMs: number
}

/** Which synapses an axon has, and what they ask of a caller. */
const SYNAPSES: Readonly<Record<string, Readonly<Record<string, 'listed' | 'signed' | 'none'>>>> = {
  prompting: { Prompting: 'listed', StreamPrompting: 'listed', StreamPromptingSynapse: 'listed' },
  gittensor: { InferenceSynapse: 'listed', AttestSynapse: 'listed' },
  eastworld: { Observation: 'listed' },
  readyai: { CgSynapse: 'listed' },
  typed: { Typed: 'listed', Free: 'signed', Open: 'none' },
}

/** Beyond the window of the wire, for what a busy machine takes between writing and reading. */
const SLACK_MS = 10_000

/**
 * Judges a request that was written at `sentAtMs`, from its bytes alone. It shares no code with the axon: the meaning of numbers,
 * JSON and hashes comes from Python, the signature check from another implementation.
 */
export async function judge(
  request: ParsedRequest,
  { dialect, python, sentAtMs }: { dialect: string; python: Python; sentAtMs: number },
): Promise<Verdict> {
  const refuse = (why: string): Verdict => ({
    refuse: why,
    caller: null,
    question: null,
    proof: null,
    notBeforeMs: 0,
  })
  const { method, target, headers, body } = request
  if (isPlain(dialect, method, target)) return { ...refuse(''), refuse: null }
  if (method !== 'POST' && method !== 'GET') return refuse(`the method ${method} asks nothing`)
  if (body === null) return refuse('the body did not arrive whole')
  const synapse = synapseOf(target)
  const access = synapse === 'Synapse' ? 'listed' : SYNAPSES[dialect]?.[synapse ?? '']
  if (synapse === null || access === undefined) return refuse(`there is no synapse ${synapse}`)

  const [uuid, nonce, hotkey, signature, hash, timeout] = SIGNED.map(name => valuesOf(headers, name))
  for (const [at, values] of [uuid, nonce, hotkey, signature, hash, timeout].entries())
    if (values!.length > 1) return refuse(`the header ${SIGNED[at]} comes twice`)
  const text = (values: readonly string[] | undefined) => values?.[0] ?? null
  const meaning = await python.read({ synapse, nonce: text(nonce), timeout: text(timeout), hotkey: text(hotkey), body })
  if (access === 'none') return { ...refuse(''), refuse: null, question: meaning.question }

  const { key } = meaning
  const caller = text(hotkey)
  if (key === null || caller === null) return refuse('the hotkey is no address of prefix 42')
  const isAllowed = ALLOWED.some(uri => keys[uri].address === caller)
  if (access === 'listed' && !isAllowed) return refuse('the hotkey is not allowed')
  if (meaning.nonce === null) return refuse('the nonce is no number')
  if (timeout!.length > 0 && meaning.timeout === null) return refuse('the timeout is no number')
  const nonceMs = Number(BigInt(meaning.nonce) / 1_000_000n)
  const age = sentAtMs - nonceMs
  const longest = 4_000 + timeoutMs(meaning) + SLACK_MS
  const isLegacy = LEGACY.has(dialect) && isAllowed && /^\d{1,17}$/.test(meaning.nonce)
  if (!isLegacy && age > longest) return refuse(`the nonce is ${age} ms old`)
  const [digest] = hash!
  if (digest === undefined || !meaning.hashes.includes(digest)) return refuse('the hash is not that of the body')
  if (!/^0x[0-9a-fA-F]{128}$/.test(text(signature) ?? '')) return refuse('the signature is not 64 bytes of hex')
  const dendrite = text(uuid) ?? 'None'
  const signed = `${meaning.nonce}.${caller}.${keys[RECEIVER].address}.${dendrite}.${digest}`
  // Wallets in a browser wrap what they sign, and every axon takes that, too.
  const isSigned = [signed, `<Bytes>${signed}</Bytes>`].some(wrapped => holds(wrapped, text(signature)!, key))
  if (!isSigned) return refuse('the signature does not hold')
  const proof = `${caller}:${dendrite}:${meaning.nonce}`
  // A busy axon reads a request long after it was written, when the nonce may be fresh.
  return { refuse: null, caller, question: meaning.question, proof, notBeforeMs: nonceMs - 4_000 - SLACK_MS }
}

const SIGNED = [
  'bt_header_dendrite_uuid',
  'bt_header_dendrite_nonce',
  'bt_header_dendrite_hotkey',
  'bt_header_dendrite_signature',
  'computed_body_hash',
  'timeout',
] as const

/** The health check, and the plain routes of the dialect, answer anyone. */
function isPlain(dialect: string, method: string, target: string): boolean {
  const path = pathOf(target)
  if (path === '/healthz' && (method === 'GET' || method === 'HEAD')) return true
  return dialect === 'typed' && path === '/availability'
}

function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?]*/i, '').split('?')[0]!
  return path.startsWith('/') ? path : `/${path}`
}

/** The only segment of the path; null for a path that has another number of them. */
function synapseOf(target: string): string | null {
  const decoded = pathOf(target).replace(/(%[0-9a-f]{2})+/gi, bytes =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  )
  return /^\/[^/]*$/s.test(decoded) ? decoded.slice(1) : null
}

function timeoutMs({ timeout }: Meaning): number {
  const seconds = timeout === null ? 0 : Number(timeout)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 60) * 1_000 : 0
}

function holds(text: string, signature: string, key: string): boolean {
  const bytes = Buffer.from(signature.slice(2), 'hex')
  try {
    return verify(Buffer.from(text), bytes, Buffer.from(key, 'hex'))
  } catch {
    return false // the library throws for a signature or key that is malformed
  }
}
