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
  /** a variable of the file that `--env-file` names */
  | { readonly from: 'envFile'; readonly file: string; readonly variable: string }
  /** `flag` as it was typed: `--max-tokens` */
  | { readonly from: 'flag'; readonly flag: string }
  /** the settings that a program which embeds this one passes to `openMiner` */
  | { readonly from: 'program'; readonly key: string }

/**
 * Formats an origin for a message: `default` · `/etc/miner.toml: shout.model` · `MINER_SHOUT_MODEL` ·
 * `/etc/miner.env: MINER_SHOUT_MODEL` · `--model` · `settings.shout.model`.
 */
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
    case 'envFile':
      return `${escapeName(origin.file)}: ${escapeName(origin.variable)}`
    case 'flag':
      return escapeName(origin.flag)
    case 'program':
      return `settings.${origin.key}`
  }
}
