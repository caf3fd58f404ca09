import { DEFAULT_BLOCK_MS } from '../../neuron/pace.js'
import { groupedText, spanText } from '../../text/span.js'

/** Formats how long some blocks take: `5 h`. */
export function blocksText(blocks: number): string {
  return spanText(blocks * DEFAULT_BLOCK_MS)
}

/** Formats a block and how long ago it was: `at block 9,286,202, 5 h ago`. @param head the block that is now */
export function blockText(block: number, head: number): string {
  return `at block ${groupedText(block)}, ${blocksText(head - block)} ago`
}
