import type { Attack } from '../attack.js'
import { contentAttacks } from './content.js'
import { freshnessAttacks } from './freshness.js'
import { headAttacks } from './head.js'
import { loadAttacks } from './load.js'
import { proofAttacks } from './proof.js'
import { sizeAttacks } from './size.js'
import { slownessAttacks } from './slowness.js'

/** Attacks with one subject. */
export type AttackFamily = { readonly subject: string; readonly attacks: readonly Attack[] }

/** Every attack, in the order of the table. */
export const attackFamilies: readonly AttackFamily[] = [
  { subject: 'The proof of the caller', attacks: proofAttacks },
  { subject: 'The age of a request', attacks: freshnessAttacks },
  { subject: 'The body below a signed head', attacks: contentAttacks },
  { subject: 'The head, and the way to the axon', attacks: headAttacks },
  { subject: 'Size', attacks: sizeAttacks },
  { subject: 'Slowness', attacks: slownessAttacks },
  { subject: 'A good caller among others', attacks: loadAttacks },
]

export const attacks: readonly Attack[] = attackFamilies.flatMap(family => family.attacks)
