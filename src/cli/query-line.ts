import { defaultDialect } from '../app/catalogue/dialects.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import { developmentUrl } from './dev-mode.js'
import { takesText } from './question/synapse-question.js'

export type Answering = {
  readonly url: string
  readonly hotkey: string
  readonly dev: boolean
  readonly dialect: DialectDefinition
  /** the file that holds it, if one does */
  readonly dialectFile: string | undefined
}

/** What to type in a shell of this machine to ask an axon the first that its dialect asks. */
export function queryLine({ url, hotkey, dev, dialect, dialectFile }: Answering): string {
  const [first] = Object.values(dialect.synapses)
  const words = [
    'miner query',
    ...(dev ? ['--dev'] : []),
    ...(dev && url === developmentUrl ? [] : [`--url ${url}`]),
    ...(dev ? [] : [`--receiver ${hotkey}`]),
    ...(dialectFile ? [`--dialect-file ${shellWord(dialectFile)}`] : []),
    ...(dialectFile || dialect.name === defaultDialect ? [] : [`--dialect ${dialect.name}`]),
    ...(first && takesText(first) ? ['"hi"'] : []),
  ]
  return words.join(' ')
}

function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
