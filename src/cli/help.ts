import { CommandHelp, Help as OclifHelp } from '@oclif/core'
import { fill } from '../text/fill.js'

/** Help with flags in the order of their groups, and without a line that names all of them. */
export default class Help extends OclifHelp {
  constructor(...[config, options]: ConstructorParameters<typeof OclifHelp>) {
    super(config, { ...options, docopts: false, flagSortOrder: 'none' })
    this.render = templatesOnly(this.render)
  }

  protected override getCommandHelpClass(command: CommandOfHelp): CommandHelp {
    return new HelpOfCommand(command, this.config, this.opts)
  }

  /** Breaks the lines that oclif does not: a summary above everything else. */
  protected override log(...args: string[]): void {
    const width = this.opts.maxWidth
    const broken = (text: string) => text.replace(/^\S.*$/gm, line => fill(line, { width }))
    super.log(...args.map(broken))
  }

  protected override formatCommand(command: CommandOfHelp): string {
    // Only this program's own commands have `reads`: their flags are described by miners, not by templates.
    if (!('reads' in command)) return super.formatCommand(command)
    const flags = Object.entries(command.flags).map(([name, flag]) => [name, withoutTemplates(flag)])
    return super.formatCommand({ ...command, flags: Object.fromEntries(flags) }).replaceAll('\0', '')
  }
}

type CommandOfHelp = Parameters<OclifHelp['formatCommand']>[0]
type Flag = CommandOfHelp['flags'][string]

/** Marks templates as none. oclif renders a text in several passes, so that they cannot be escaped. */
function withoutTemplates(flag: Flag): Flag {
  const marked = (text: string) => text.replace(/<(?=%)|%(?=>)/g, '$&\0')
  const described = { ...flag, ...(flag.description && { description: marked(flag.description) }) }
  return 'options' in described && described.options
    ? { ...described, options: described.options.map(marked) }
    : described
}

/** Renders texts that hold a template, and leaves the others as they are: oclif compiles each of them to a function. */
function templatesOnly(render: (text: string) => string): (text: string) => string {
  return text => (text.includes('<%') ? render(text) : text)
}

class HelpOfCommand extends CommandHelp {
  constructor(...options: ConstructorParameters<typeof CommandHelp>) {
    super(...options)
    this.render = templatesOnly(this.render)
  }

  /** oclif breaks this line by the length of a template. */
  protected override usage(): string {
    return this.command.usage ? super.usage() : this.wrap(`$ ${this.config.bin} ${this.defaultUsage()}`)
  }

  protected override defaultUsage(): string {
    const hasFlags = Object.values(this.command.flags).some(({ hidden }) => !hidden)
    return [super.defaultUsage(), ...(hasFlags ? ['[FLAGS]'] : [])].join(' ')
  }

  /** Gives the first flag back its indent, which oclif trims: the others are indented where one of them has a letter. */
  override renderList(...[list, options]: Parameters<CommandHelp['renderList']>): string {
    const text = super.renderList(list, options)
    const label = list[0]?.[0] ?? ''
    const isTable = text.startsWith(`${label.trim()} `)
    return isTable ? /^ */.exec(label)![0] + text : text
  }

  protected override flags(flags: Parameters<CommandHelp['flags']>[0]): ReturnType<CommandHelp['flags']> {
    // A list with blanks can be broken; the text names a single choice, and a placeholder names all of them.
    const listed = (text: string, hasPlaceholder: boolean) =>
      text.replace(/\n<options: (.*)>$/s, (_, all: string) =>
        !hasPlaceholder && all.includes('|') ? `\none of ${all.replaceAll('|', ', ')}` : '',
      )
    const placeholders = flags.map(flag => flag.type === 'option' && flag.helpValue !== undefined)
    const own = (text: string) => text.replace(/^Format output as json\.$/, 'print the result as JSON')
    return super.flags(flags)?.map(([label, text], at) => [label, text && own(listed(text, placeholders[at]!))])
  }

  /** Corrects the space that oclif leaves free in a list with texts below their names: it forgets the section's own. */
  override wrap(body: string, spacing: number = this.indentSpacing): string {
    return super.wrap(body, spacing === 2 * this.indentSpacing ? 3 * this.indentSpacing : spacing)
  }

  /** Leaves out the summary, which stands above everything else. */
  protected override description(): string | undefined {
    const { summary, description } = this.command
    return summary ? description && this.wrap(description) : super.description()
  }

  /** Breaks a command that is longer than a line as a shell reads it. */
  protected override examples(examples: Parameters<CommandHelp['examples']>[0]): string | undefined {
    const width = this.opts.maxWidth - this.indentSpacing
    return super
      .examples(examples)
      ?.split('\n')
      .map(line => continued(line, width))
      .join('\n')
  }
}

/** Breaks a command between its words, with a backslash at the end of each line but the last. */
function continued(command: string, width: number): string {
  if (command.length <= width || !command.startsWith('$ ')) return command
  const [first = '', ...words] = command.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []
  const lines = [first]
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`
    if (longer.length + 2 <= width) lines[lines.length - 1] = longer
    else lines.push(`    ${word}`)
  }
  return lines.join(' \\\n')
}
