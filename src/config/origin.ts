import { escapeName } from '../text/escape.js'

/** Where a value came from. */
export type Origin =
  | { readonly from: 'default' }
  | {
      readonly from: 'file'
      readonly file: string
      readonly key?: string
      readonly line?: number
      readonly column?: number
    }
  | { readonly from: 'environment'; readonly variable: string }
  /** `flag` as it was typed: `--max-tokens` */
  | { readonly from: 'flag'; readonly flag: string }

/** Formats an origin for a message: `default` · `/etc/miner.toml: shout.model` · `MINER_SHOUT_MODEL` · `--model`. */
export function originText(origin: Origin): string {
  switch (origin.from) {
    case 'default':
      return 'default'
    case 'file': {
      const place = origin.key ?? (origin.line && `line ${origin.line}, column ${origin.column}`)
      return escapeName(origin.file) + (place ? `: ${place}` : '')
    }
    case 'environment':
      return escapeName(origin.variable)
    case 'flag':
      return escapeName(origin.flag)
  }
}
