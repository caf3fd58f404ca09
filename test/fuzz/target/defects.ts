import type { Wire } from '#dist/wires/wire.js'

/** Holes to put into an axon, so that a test can show that the fuzzer finds them. */
const defects = {
  /** the body need not be what was hashed */
  hash: wire => ({ ...wire, open: (claim, raw) => wire.open(claim, raw, null) }),
  /** a request can be answered as often as it comes */
  replay: wire => {
    let count = 0
    return {
      ...wire,
      proof: (claim, receiver) => ({ ...wire.proof(claim, receiver), replayKey: String(count++) }),
    }
  },
  /** what a dendrite of SDK 6 signed can be answered as often as it comes */
  legacy: wire => {
    let count = 0
    return {
      ...wire,
      proof: (claim, receiver) => {
        const { legacy, ...proof } = wire.proof(claim, receiver)
        return { ...proof, legacy: legacy && { ...legacy, sequence: String(count++) } }
      },
    }
  },
  /** anyone may be asked what the caller signed for another axon */
  receiver: wire => ({
    ...wire,
    proof: (claim, receiver) => {
      const proof = wire.proof(claim, receiver)
      const parts = Buffer.from(proof.text).toString().split('.')
      const named = (claim as unknown as { readonly receiverText?: string }).receiverText
      if (named) parts[2] = named
      return { ...proof, text: Buffer.from(parts.join('.')) }
    },
    claim: head => {
      const at = head.rawHeaders.findIndex((name, at) => at % 2 === 0 && /^bt_header_axon_hotkey$/i.test(name))
      return { ...wire.claim(head), receiverText: head.rawHeaders[at + 1] }
    },
  }),
  /** the timeout, which is not signed, may stretch how far ahead of our clock a request was signed */
  timeout: wire => ({
    ...wire,
    proof: (claim, receiver) => {
      const proof = wire.proof(claim, receiver)
      return { ...proof, maxAheadMs: 4_000 + (claim.timeoutMs ?? 0) }
    },
  }),
  /** a fault inside shows as a 500 */
  crash: wire => ({
    ...wire,
    open: async (claim, raw, versions) => {
      const tree = await wire.open(claim, raw, versions)
      if (tree.has('__proto__')) throw new Error('a defect')
      return tree
    },
  }),
} satisfies Record<string, (wire: Wire) => Wire>

export type Defect = keyof typeof defects

export const defectNames = Object.keys(defects) as readonly Defect[]

export function isDefect(name: string): name is Defect {
  return Object.hasOwn(defects, name)
}

export function withDefect(wire: Wire, defect: Defect): Wire {
  return defects[defect](wire)
}
