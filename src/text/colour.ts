import { styleText } from 'node:util'

/**
 * Colours a text for a stream, if the stream shows colours: terminals do, unless `NO_COLOR`, `NODE_DISABLE_COLORS` or
 * `TERM=dumb` is set; `FORCE_COLOR` overrides all of these.
 */
export function colour(style: 'red' | 'green' | 'yellow' | 'dim', text: string, stream: NodeJS.WriteStream): string {
  return styleText(style, text, { stream })
}

/** Returns whether a stream shows colours. */
export function showsColours(stream: NodeJS.WriteStream): boolean {
  return colour('red', 'x', stream) !== 'x'
}
