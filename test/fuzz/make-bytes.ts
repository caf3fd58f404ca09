import { type Draft, type Signing, setHeader } from './draft.ts'
import { byteEdits } from './edits/byte-edits.ts'
import type { EditKinds } from './edits/edit-kind.ts'
import { framingEdits } from './edits/framing-edits.ts'
import { headEdits } from './edits/head-edits.ts'
import { jsonEdits, nodeOf, textOf } from './edits/json-edits.ts'
import { signEdits } from './edits/sign-edits.ts'
import { keys } from './keys.ts'
import type { Python } from './oracle/python.ts'
import type { Edit, Recipe, RequestRecipe } from './recipe.ts'
import type { Seed } from './seeds.ts'

/** All edits, in the order in which a request is made. */
export const stages = {
  json: jsonEdits,
  sign: signEdits,
  head: headEdits,
  framing: framingEdits,
  byte: byteEdits,
} as const

type Made = { readonly draft: Draft; readonly bytes: Buffer }

/** What a recipe is made with. */
export type Kitchen = {
  readonly seeds: ReadonlyMap<string, Seed>
  readonly python: Python
  /** draws a nonce, in nanoseconds */
  readonly nonce: (signing: Pick<Signing, 'aheadMs' | 'isLegacy'>) => bigint
}

/** Makes the requests of a case, each with a nonce and a signature of its own. */
export async function makeBytes({ requests }: Recipe, kitchen: Kitchen): Promise<Buffer> {
  const made: Made[] = []
  for (const request of requests) made.push(await makeRequest(request, made, kitchen))
  return Buffer.concat(made.map(({ bytes }) => bytes))
}

/** The dialect whose axon a case goes to: that of its first request. */
export function dialectOf({ requests }: Recipe, seeds: ReadonlyMap<string, Seed>): string {
  const [first] = requests
  return (first && 'seed' in first && seeds.get(first.seed)?.dialect) || 'prompting'
}

async function makeRequest(recipe: RequestRecipe, made: readonly Made[], kitchen: Kitchen): Promise<Made> {
  const { edits } = recipe
  const draft =
    'seed' in recipe ? await signedDraft(recipe.seed, edits, kitchen) : structuredClone(made[recipe.again]!.draft)
  // A clone across structuredClone holds bytes, not a Buffer.
  draft.body = Buffer.from(draft.body)
  apply(headEdits, draft, edits)
  apply(framingEdits, draft.framing, edits)
  const written = { bytes: encode(draft) }
  apply(byteEdits, written, edits)
  return { draft, bytes: written.bytes }
}

async function signedDraft(name: string, edits: readonly Edit[], { seeds, python, nonce }: Kitchen): Promise<Draft> {
  const seed = seeds.get(name)
  if (!seed) throw new Error(`there is no seed ${name}`)
  const draft = seed.draft()
  if (edits.some(([edit]) => edit in jsonEdits)) {
    const document = { root: nodeOf(JSON.parse(String(draft.body))), space: ' ' }
    apply(jsonEdits, document, edits)
    draft.body = Buffer.from(textOf(document))
  }
  apply(signEdits, draft.signing, edits)
  const { signing } = draft
  const { hashes } = await python.read({
    synapse: seed.synapse,
    nonce: null,
    timeout: null,
    hotkey: null,
    body: draft.body,
  })
  // Of a body that has no hash: a proof must hold even so, so that the axon reads it.
  const hash = signing.hash ?? hashes.at(-1) ?? '0'.repeat(64)
  const number = nonce(signing)
  const signer = keys[signing.by]
  const uuid = Buffer.from(signing.uuid).toString('latin1')
  const plain = `${number}.${signer.address}.${keys[signing.receiver].address}.${signing.uuid}.${hash}`
  const signature = signer.sign(Buffer.from(signing.text.replace('#', plain)))
  setHeader(draft, 'bt_header_dendrite_nonce', signing.nonce.replaceAll('#', String(number)))
  setHeader(draft, 'bt_header_dendrite_uuid', uuid)
  setHeader(draft, 'bt_header_dendrite_hotkey', signer.address)
  setHeader(draft, 'bt_header_dendrite_signature', `0x${Buffer.from(signature).toString('hex')}`)
  setHeader(draft, 'bt_header_axon_hotkey', keys[signing.receiver].address)
  setHeader(draft, 'computed_body_hash', hash)
  return draft
}

function apply<On>(kinds: EditKinds<On>, on: On, edits: readonly Edit[]): void {
  for (const [name, ...args] of edits) if (Object.hasOwn(kinds, name)) kinds[name]!.apply(on, ...args)
}

function encode({ method, target, version, headers, body, framing }: Draft): Buffer {
  const { lengths, chunks, size, trailer } = framing
  const framed = [
    ...lengths.map(text => ['content-length', text.replaceAll('#', String(body.length))] as const),
    ...(chunks === null ? [] : [['transfer-encoding', 'chunked'] as const]),
  ]
  const lines = [...headers, ...framed].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = Buffer.from(`${method} ${target} ${version}\r\n${lines}\r\n`, 'latin1')
  return Buffer.concat([head, chunks === null ? body : chunked(body, { chunks, size, trailer })])
}

function chunked(body: Buffer, { chunks, size, trailer }: { chunks: number; size: string; trailer: string }): Buffer {
  const parts: Buffer[] = []
  // A long spelling before each byte of a long body would take gigabytes.
  const length = Math.max(chunks, Math.ceil((body.length * size.length) / MAX_SIZES))
  for (let at = 0; at < body.length; at += length) {
    const piece = body.subarray(at, at + length)
    const spelled = size.replaceAll('#', piece.length.toString(16))
    parts.push(Buffer.from(`${spelled}\r\n`, 'latin1'), piece, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailer}\r\n`, 'latin1')])
}

/** Bytes of the sizes of all chunks of a body. */
const MAX_SIZES = 1024 * 1024
