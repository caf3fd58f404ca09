import { attackFamilies } from '../dist/audit/attacks/all.js'
import { defaultAuditLimits } from '../dist/audit/audit-axon.js'

/** The attacks of `miner audit`, as Markdown: what each sends, what a success means, what would mend it. */
export function auditAttacks() {
  return attackFamilies
    .map(({ subject, attacks }) => `### ${subject}\n\n${attacks.map(attackText).join('\n')}`)
    .join('\n')
}

function attackText({ id, title, sends, meaning, mend, needs, isOfWire }) {
  const where = needs.loopback ? ' Only against an axon on this machine.' : ''
  return `- **${title}** (\`${id}\`). ${sends}${where}
  - ${isOfWire ? 'What that means' : 'If the axon falls'}: ${meaning}.
  - What mends it: ${mend}.
`
}

/** What the attacks take of the axon at most. */
export const auditBounds = {
  ...defaultAuditLimits,
  pauseS: defaultAuditLimits.pauseMs / 1000,
  slowS: defaultAuditLimits.slowMs / 1000,
}
