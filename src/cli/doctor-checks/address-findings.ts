import { isIPv6 } from 'node:net'
import { type Finding, findingsBy } from '../../doctor/check.js'
import { axonText } from '../../text/axon-text.js'
import type { Status } from '../status/collect-status.js'
import { notesOn, ofTopic } from './subnet-checks.js'

/** Finds what is wrong with the announced address, and with the way to it. */
export function addressFindings(status: Status): readonly Finding[] {
  const { neuron, ping, settings, own } = status
  const how = 'read the announced address from the chain, found that of this machine, and sent a signed ping'
  const { ok, unknown, warning } = findingsBy(how)
  const found = [
    ...ofTopic(status, 'address', how).map(one => withAddressHint(one, status)),
    ...notesOn(status, 'address').map(note => warning('ANNOUNCEMENT_WAITS', note)),
  ]
  const { axon = null } = neuron ?? {}
  if (axon === null)
    return found.length > 0
      ? found
      : [
          settings.announce
            ? unknown('the chain holds no address, or is out of reach')
            : ok('announces nothing (--no-announce)'),
        ]
  const ipv6 =
    isIPv6(axon.ip) && !settings.isLocal
      ? [
          warning(
            'ADDRESS_IPV6',
            `the announced address ${axonText(axon)} is of IPv6, which a validator without IPv6 cannot reach`,
            'miner announce --axon-external-ip with the IPv4 address of this machine',
          ),
        ]
      : []
  if (found.length + ipv6.length > 0) return [...found, ...ipv6]
  const reached = ping?.found === 'reached' ? `, where the axon answers in ${Math.round(ping.ms)} ms` : ''
  return [ok(`the chain holds ${axonText(axon)}${own.ip === null ? '' : ', as this machine announces it'}${reached}`)]
}

/** Adds to a hint what the page of `miner status` has elsewhere, or has no room for. */
function withAddressHint(finding: Finding, { neuron, chain, ping, own }: Status): Finding {
  const { axon } = neuron ?? {}
  if (finding.code === 'ANNOUNCED_ELSEWHERE' && axon && chain.metagraph) {
    const waits = axon.block + chain.metagraph.subnet.servingRateLimit - chain.metagraph.block
    const rate = waits > 0 ? `; the chain takes another announcement in ${waits} blocks only` : ''
    const other =
      ping?.found === 'reached'
        ? `; an axon of this hotkey answers at ${axonText(axon)}: stop it if it is a second one`
        : ''
    return { ...finding, hint: `${finding.hint ?? ''}${rate}${other}` }
  }
  if (own.problem && finding.message === own.problem.message) return { ...finding, hint: own.problem.hint }
  if (finding.verdict === 'unknown' && ping?.found === 'unseen' && axon)
    return {
      ...finding,
      hint: `from another machine: curl -sS http://${axonText(axon)}/healthz; open the port in the firewall (sudo ufw allow ${own.port ?? axon.port}/tcp), and forward port ${axon.port} of the router to this machine`,
    }
  return finding
}
