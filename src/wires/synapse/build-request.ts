import { toTree } from '../json/convert.js'
import { floatText } from '../json/python-number.js'
import { isArray, isObject, JsonNumber, type JsonObject, type JsonTree } from '../json/tree.js'
import { writePythonJson } from '../json/write.js'
import type { HeaderList } from '../wire.js'
import { terminal } from './terminal.js'

/** A synapse to send: the fields of its own class. */
export type SynapseFields = {
  /** the name of the class */
  readonly name: string
  /** all fields in declaration order, defaults included (`completion: ''`) */
  readonly fields: JsonObject
  /** the fields without a default, which the head announces */
  readonly required: readonly string[]
  /** the fields that a reply does not change; by default all required fields */
  readonly frozen?: readonly string[]
}

/** The sender, the receiver, and what the signature covers. */
export type Envelope = {
  readonly signer: { readonly address: string; sign(message: Uint8Array): Uint8Array }
  /** the caller's external address */
  readonly callerIp: string
  readonly receiver: { readonly hotkey: string; readonly ip: string; readonly port: number }
  /** nanoseconds since the epoch */
  readonly nonce: bigint
  /** identifies the dendrite for its whole lifetime */
  readonly uuid: string
  readonly timeoutSeconds: number
  /** one of `bodyHashes` */
  readonly bodyHash: string
}

/** An HTTP request ready to send. */
export type HttpRequest = {
  readonly method: 'POST'
  readonly path: string
  readonly headers: HeaderList
  readonly body: Uint8Array
}

/**
 * Builds and signs a request as the SDK's dendrite does.
 *
 * @see opentensor/bittensor v10.2.0 bittensor/core/dendrite.py preprocess_synapse_for_request, synapse.py to_headers
 */
export function buildRequest(synapse: SynapseFields, envelope: Envelope): HttpRequest {
  const { signer, receiver, nonce, uuid, bodyHash } = envelope
  const text = `${nonce}.${signer.address}.${receiver.hotkey}.${uuid}.${bodyHash}`
  const signature = `0x${Buffer.from(signer.sign(Buffer.from(text))).toString('hex')}`
  const timeout = floatText(envelope.timeoutSeconds)
  const totalSize = writePythonJson(synapse.fields).length

  const headers: HeaderList = [
    ['name', synapse.name],
    ['timeout', timeout],
    ['bt_header_axon_ip', receiver.ip],
    ['bt_header_axon_port', String(receiver.port)],
    ['bt_header_axon_hotkey', receiver.hotkey],
    ['bt_header_dendrite_ip', envelope.callerIp],
    ['bt_header_dendrite_version', String(SDK_VERSION)],
    ['bt_header_dendrite_nonce', String(nonce)],
    ['bt_header_dendrite_uuid', uuid],
    ['bt_header_dendrite_hotkey', signer.address],
    ['bt_header_dendrite_signature', signature],
    ...announced(synapse),
    ['header_size', HEADER_SIZE],
    ['total_size', String(totalSize)],
    ['computed_body_hash', bodyHash],
    ['accept', '*/*'],
    ['content-type', 'application/json'],
  ]
  const body = new Map<string, JsonTree>([
    ['name', synapse.name],
    ['timeout', new JsonNumber(timeout)],
    ['total_size', toTree(totalSize)],
    ['header_size', toTree(0)],
    [
      'dendrite',
      terminal({
        ip: envelope.callerIp,
        version: toTree(SDK_VERSION),
        nonce: toTree(nonce),
        uuid,
        hotkey: signer.address,
        signature,
      }),
    ],
    ['axon', terminal({ ip: receiver.ip, port: toTree(receiver.port), hotkey: receiver.hotkey })],
    ['computed_body_hash', ''],
    ...synapse.fields,
  ])
  const path = `/${encodeURIComponent(synapse.name)}`
  return { method: 'POST', path, headers, body: Buffer.from(writePythonJson(body)) }
}

/** The SDK version whose rules these requests follow, as major, minor and patch: since 7.2, nonces are timestamps. */
const SDK_VERSION = 10_002_000
/** The size of Python's dictionary of headers. Axons ignore it. */
const HEADER_SIZE = '464'

/** Announces each required field with an empty value of its type; without these the SDK's axon rejects the head. */
function announced({ fields, required }: SynapseFields): HeaderList {
  return required.map(name => {
    const dummy = writePythonJson(emptyLike(fields.get(name) ?? null))
    return [`bt_header_input_obj_${name}`, Buffer.from(dummy).toString('base64')] as const
  })
}

function emptyLike(value: JsonTree): JsonTree {
  if (value instanceof JsonNumber) return new JsonNumber(value.isInteger ? '0' : '0.0')
  if (isArray(value)) return []
  if (isObject(value)) return new Map()
  if (typeof value === 'string') return ''
  return value === null ? null : false
}
