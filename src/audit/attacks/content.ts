import { readJson } from '../../wires/json/read.js'
import { isObject, type JsonObject, type JsonTree } from '../../wires/json/tree.js'
import { writePythonJson } from '../../wires/json/write.js'
import { type Attack, type Audit, type AuditFinding, signedRequest as needs } from '../attack.js'
import { ALTERED, notTried, refused, replyText } from '../judge.js'
import { strangerKey } from '../stranger-key.js'
import type { AuditReply } from '../wire/audit-client.js'
import type { CraftedRequest } from '../wire/craft.js'

// Attacks that leave a signed head, and change the body below it.

const hashes =
  'compute the hash over the body that arrived, and compare it with the signed one, before anything reads the body'

export const contentAttacks: readonly Attack[] = [
  {
    id: 'body-swapped',
    title: 'body swapped',
    sends: 'A signed head with the body of another question. The axon has to refuse it.',
    meaning: 'a machine on the way asks its own questions in the name of the validator',
    mend: hashes,
    needs,
    run: audit => swapped(audit, [...audit.question.others.keys()]),
  },
  {
    id: 'hashed-field-swapped',
    title: 'hashed field swapped',
    sends: 'A good request in which one field that the signature covers has another value. The axon has to refuse it.',
    meaning: 'a machine on the way changes the question, although its hash is signed',
    mend: hashes,
    needs,
    run: audit => swapped(audit, hashedOthers(audit.question).slice(0, 1)),
  },
  {
    id: 'hash-list-in-body',
    title: 'hash list in the body',
    sends:
      'A request that signs the hash of no field, and whose body says that no field is hashed. The axon has to refuse it, and to hash the fields that the synapse declares.',
    meaning: 'a validator cannot tell which question it signed, and a machine on the way can change all of it',
    mend: 'take the hashed fields from the synapse, never from the body; SDK 6.0 to 7.1 take them from the body',
    needs,
    async run(audit) {
      if (audit.question.hashed.length === 0) return { verdict: 'not tried', found: 'this synapse hashes no field' }
      const list = new Map<string, JsonTree>([['required_hash_fields', []]])
      return await refused(audit, [withFields(audit.craft({ isUnhashed: true }), list)], ALTERED)
    },
  },
  {
    id: 'unhashed-field-swapped',
    title: 'unhashed field swapped',
    sends:
      'Good requests in which a field that no signature covers has another value. Every axon of this wire takes them, because the wire does not protect that field.',
    meaning:
      'a machine on the way can change these fields, the time-out, the version and the name of the synapse: this wire signs none of them',
    mend: 'nothing in the axon; do not let these fields decide what matters, and put TLS in front of the axon if validators can use it',
    needs,
    isOfWire: true,
    async run(audit) {
      const { question, craft, client, good } = audit
      const hashed = hashedNames(question)
      if ([...question.fields.keys()].every(name => hashed.includes(name)))
        return { verdict: 'held', found: 'the signature covers every field of this synapse' }
      const open = [...question.others.keys()].filter(name => !hashed.includes(name)).slice(0, MOST_FIELDS)
      const others: string[] = []
      let last = good
      for (const name of open) {
        const reply = await client.send(withFields(craft(), new Map([[name, question.others.get(name)!]])))
        if (reply.status === 200) return { verdict: 'unprotected', found: `answered although \`${name}\` was changed` }
        others.push(`${name}: ${replyText(reply)}`)
        last = reply
      }
      return notTried(others.join('; ') || 'no other value of an unhashed field fits the synapse', last)
    },
  },
  {
    id: 'other-caller-in-body',
    title: 'other caller in the body',
    sends:
      'A good request whose body names another hotkey as the caller than the signed head does. The axon has to believe the head.',
    meaning: 'code of the miner that reads the caller from the synapse gets a name that anyone can write there',
    mend: 'overwrite what the body says of the caller with what the signed head says',
    needs,
    async run({ craft, client, caller }) {
      const request = craft()
      const other = strangerKey().address
      const reply = await client.send(withFields(request, new Map([['dendrite', withHotkey(request, other)]])))
      return believed(reply, { other, caller: caller.address })
    },
  },
]

/** Fields of which one request each is sent, at most. */
const MOST_FIELDS = 3

async function swapped(audit: Audit, names: readonly string[]): Promise<AuditFinding> {
  const { question, craft } = audit
  if (!names.some(name => hashedNames(question).includes(name)))
    return { verdict: 'not tried', found: 'the signature covers no field of this synapse that can be changed' }
  const changed = new Map(names.map(name => [name, question.others.get(name)!] as const))
  return await refused(audit, [withFields(craft(), changed)], ALTERED)
}

function believed(reply: AuditReply, names: { readonly other: string; readonly caller: string }): AuditFinding {
  const dendrite = reply.json?.get('dendrite')
  const named = isObject(dendrite) ? dendrite.get('hotkey') : null
  if (reply.status !== 200 || typeof named !== 'string')
    return notTried(`the reply does not tell whom the axon believes: ${replyText(reply)}`, reply)
  if (named === names.other) return { verdict: 'fell', found: "the reply names the body's hotkey as the caller" }
  return named === names.caller
    ? { verdict: 'held', found: 'the reply names the hotkey that signed' }
    : { verdict: 'not tried', found: 'the reply names a third hotkey as the caller' }
}

function hashedNames({ hashed }: Audit['question']): string[] {
  return hashed.map(field => (typeof field === 'string' ? field : field.name))
}

function hashedOthers(question: Audit['question']): string[] {
  return hashedNames(question).filter(name => question.others.has(name))
}

/** Replaces fields of the body; the head stays as it was signed. */
export function withFields(request: CraftedRequest, changed: JsonObject): CraftedRequest {
  return { ...request, body: Buffer.from(writePythonJson(new Map([...treeOf(request), ...changed]))) }
}

function withHotkey(request: CraftedRequest, hotkey: string): JsonTree {
  const dendrite = treeOf(request).get('dendrite')
  return new Map([...(isObject(dendrite) ? dendrite : []), ['hotkey', hotkey]])
}

function treeOf({ body }: CraftedRequest): JsonObject {
  return readJson(body) as JsonObject
}
