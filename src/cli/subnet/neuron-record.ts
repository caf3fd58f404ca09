import type { Metagraph, Neuron } from '../../chain/metagraph.js'
import { axonText } from '../../text/axon-text.js'
import { rows } from '../output/table.js'
import { shownAmount, shownShare } from './amount.js'
import { blockText } from './blocks.js'

/** Formats all that the chain holds of one neuron for people. @param width columns of the terminal, if it is one */
export function neuronRecord(neuron: Neuron, { block }: Pick<Metagraph, 'block'>, width: number | undefined): string {
  const { axon, registeredAt } = neuron
  return rows(
    [
      ['uid', String(neuron.uid)],
      ['hotkey', neuron.hotkey],
      ['coldkey', neuron.coldkey],
      ['stake', stakeText(neuron)],
      ['permit', neuron.hasPermit ? 'yes' : 'no'],
      ['active', neuron.isActive ? 'yes' : 'no'],
      ['rank', shownShare(neuron.rank)],
      ['trust', shownShare(neuron.trust)],
      ['validator trust', shownShare(neuron.validatorTrust)],
      ['consensus', shownShare(neuron.consensus)],
      ['incentive', shownShare(neuron.incentive)],
      ['dividends', shownShare(neuron.dividends)],
      ['emission', `${shownAmount(neuron.emissionRao, 4)} in the last epoch`],
      ['axon', axon ? `${axonText(axon)}, announced ${blockText(axon.block, block)}` : 'none'],
      ['last update', blockText(neuron.lastUpdate, block)],
      ['registered', registeredAt === null ? 'unknown' : blockText(registeredAt, block)],
    ],
    width,
  )
}

/** Formats a stake for people, with its parts where the chain tells them. */
export function stakeText({ stakeRao, alphaRao, taoRao }: Neuron): string {
  if (alphaRao === null || taoRao === null) return shownAmount(stakeRao)
  return `${shownAmount(stakeRao)} (${shownAmount(alphaRao)} alpha, ${shownAmount(taoRao)} TAO)`
}
