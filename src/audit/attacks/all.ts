import type { Attack } from '../attack.js'
import { contentAttacks } from './content.js'
import { freshnessAttacks } from './freshness.js'
import { headAttacks } from './head.js'
import { loadAttacks } from './load.js'
import { proofAttacks } from './proof.js'
import { sizeAttacks } from './size.js'
import { slownessAttacks } from './slowness.js'

/** Every attack, in the order of the table. */
export const attacks: readonly Attack[] = [
  ...proofAttacks,
  ...freshnessAttacks,
  ...contentAttacks,
  ...headAttacks,
  ...sizeAttacks,
  ...slownessAttacks,
  ...loadAttacks,
]
