import type { Setting } from '../../config/schema/setting.js'
import { hostSections } from '../settings.js'

/** Returns the URLs of nodes in the value of a setting of the chain: providers put keys in their paths. None of other settings. */
export function chainUrls({ section }: Pick<Setting, 'section'>, value: unknown): readonly URL[] {
  if (section !== hostSections.subtensor.name) return []
  return [value].flat().flatMap(text => (typeof text === 'string' ? (URL.parse(text) ?? []) : []))
}
