import { stripVTControlCharacters } from 'node:util'

type FlagFaults = {
  readonly code: 'FLAG_MISSING' | 'FLAGS_CONFLICT'
  readonly message: string
  readonly hint: string
}

/**
 * Rewords what oclif finds wrong with how flags go together: a heading and one fault a line (@oclif/core
 * `parser/errors.js`, `parser/validate.js`). Leaves out values, which may be secrets.
 */
export function flagFaults(text: string): FlagFaults {
  const [, ...lines] = stripVTControlCharacters(text).split('\n')
  const faults = lines.map(line => line.trim()).filter(line => line !== '')
  const message = faults.map(reworded).join('; ')
  const missing = faults.flatMap(fault => MISSING.exec(fault)?.[1] ?? [])
  return missing.length === faults.length
    ? { code: 'FLAG_MISSING', message, hint: missing.map(name => `--${name}=VALUE`).join(' ') }
    : { code: 'FLAGS_CONFLICT', message, hint: 'add --help to see which flags there are' }
}

const MISSING = /^Missing required flag (\S+)$/

const wordings: readonly (readonly [fault: RegExp, words: string])[] = [
  [MISSING, '--$1 is missing'],
  [/^(--[\w-]+)(?:=.*)? cannot also be provided when using (--[\w-]+)$/s, '$1 and $2 exclude each other'],
  [/^Exactly one of the following must be provided: (.*)$/s, 'exactly one is needed of $1'],
  [/^At least one of the following must be provided: (.*)$/s, 'at least one is needed of $1'],
  [/^All of the following must be provided when using (\S+): (.*)$/s, '$1 needs $2'],
  [/^One of the following must be provided when using (\S+): (.*)$/s, '$1 needs one of $2'],
  [/^Only the following can be provided when using (\S+): (.*)$/s, '$1 goes only with $2'],
]

function reworded(fault: string): string {
  const [pattern, words] = wordings.find(([known]) => known.test(fault)) ?? [/(?<=--[\w-]+)=\S+/g, '']
  return fault.replace(pattern, words)
}
