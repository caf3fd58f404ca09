import type { Command, Interfaces } from '@oclif/core'
import { escapeControls } from '../../text/escape.js'

/** A name that completion offers, with one line about it. */
export type Completed = { readonly name: string; readonly text: string }

/** The completion of a command. Every text may come from a plugin, so each shell's script must quote it. */
export type CompletedCommand = {
  /** `plugins install`; empty for the program itself */
  readonly id: string
  /** the words that may follow: commands of a topic */
  readonly commands: readonly Completed[]
  /** with dashes */
  readonly flags: readonly Completed[]
  /** the values of the flags that take one of several, by each name of the flag */
  readonly values: ReadonlyMap<string, readonly string[]>
}

type Source = {
  readonly commands: readonly Pick<
    Command.Loadable,
    'id' | 'aliases' | 'flags' | 'hidden' | 'summary' | 'description'
  >[]
  readonly topics: readonly Pick<Interfaces.Topic, 'name' | 'description'>[]
}

/** Returns what the words of a command line may be, command by command; the program itself comes first. */
export function completedCommands({ commands, topics }: Source): readonly CompletedCommand[] {
  const found = new Map<string, { text: string; flags: readonly CompletedFlag[] }>([
    ['', { text: '', flags: flagsOf({ help }) }],
  ])
  for (const { name, description } of topics)
    found.set(name.replaceAll(':', ' '), { text: line(description), flags: [] })
  for (const { id, aliases, flags, hidden, summary, description } of commands)
    if (!hidden)
      for (const one of [id, ...(aliases ?? [])])
        found.set(one.replaceAll(':', ' '), { text: line(summary ?? description), flags: flagsOf({ help, ...flags }) })
  const known = [...found].filter(([id]) => id.split(' ').every(word => word === '' || isName(word)))
  return known.map(([id, { flags }]) => ({
    id,
    commands: known
      .filter(([other]) => other !== '' && other.slice(0, Math.max(0, other.lastIndexOf(' '))) === id)
      .map(([other, { text }]) => ({ name: other.slice(other.lastIndexOf(' ') + 1), text })),
    flags: flags.flatMap(({ names, text }) =>
      names.filter(name => name.startsWith('--')).map(name => ({ name, text })),
    ),
    values: new Map(flags.flatMap(({ names, values }) => (values ? names.map(name => [name, values] as const) : []))),
  }))
}

type CompletedFlag = {
  readonly names: readonly string[]
  readonly text: string
  /** undefined: it takes none, or any */
  readonly values?: readonly string[] | undefined
}

const help = { name: 'help', type: 'boolean', allowNo: false, summary: 'show help' } as const

function flagsOf(flags: Command.Loadable['flags']): readonly CompletedFlag[] {
  return Object.entries(flags).flatMap(([name, flag]): CompletedFlag[] => {
    if (flag.hidden || !isName(name)) return []
    const text = line(flag.summary ?? flag.description)
    const negated = flag.type === 'boolean' && flag.allowNo ? [`--no-${name}`] : []
    const names = [`--${name}`, ...negated, ...(flag.char ? [`-${flag.char}`] : [])]
    const options =
      flag.type === 'option' ? flag.options?.filter(option => escapeControls(option) === option) : undefined
    return [{ names, text, values: options }]
  })
}

/** Whether a shell takes a name without quotes. All names of this program are of this form. */
function isName(word: string): boolean {
  return /^\w[\w.-]*$/.test(word)
}

/** Returns the first line of a text, without the templates in which oclif's own plugins name the program. */
function line(text = ''): string {
  const [first = ''] = text.replace(/<%= config\.(bin|name) %>/g, 'miner').split('\n', 1)
  return escapeControls(first)
}
