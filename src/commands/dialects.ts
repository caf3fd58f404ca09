import { defaultDialect } from '../app/catalogue/dialects.js'
import { DIALECTS, PLUGINS } from '../app/tokens.js'
import { MinerCommand } from '../cli/command.js'
import { table } from '../cli/output/table.js'
import { listPlugins, warnUnusable } from '../cli/plugins/list-plugins.js'
import { escapeControls } from '../text/escape.js'
import { columnsOf, fill } from '../text/fill.js'

export default class Dialects extends MinerCommand {
  static override summary = 'List the dialects, and what each needs of a miner.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<unknown> {
    await this.parse(Dialects)
    await using scope = await this.openScope()
    const catalogue = scope.resolve(DIALECTS)
    const plugins = scope.resolve(PLUGINS).filter(({ kind }) => kind === 'dialect')
    const dialects = await listPlugins(catalogue, plugins)
    const netuidsOf = (name: string) => catalogue.get(name)?.netuids ?? []
    const shownNetuids = (name: string) => netuidsOf(name).join(', ') || (name === defaultDialect ? 'all others' : '–')
    if (!this.jsonEnabled()) {
      const rows = dialects.map(({ name, definition, package: brings, version }) => ({
        name: escapeControls(name),
        netuids: shownNetuids(name),
        synapses: definition ? Object.keys(definition.synapses).join(', ') : 'cannot be used',
        follows: escapeControls(definition?.follows ?? ''),
        from: escapeControls(`${brings} ${version}`),
      }))
      this.log(table(rows))
      for (const { name, definition } of dialects)
        if (definition?.caveat)
          this.log(`\n${fill(`${name}: ${escapeControls(definition.caveat)}`, { width: columnsOf(process.stdout) })}`)
      warnUnusable(dialects)
    }
    return {
      dialects: dialects.map(({ name, definition, ...rest }) => ({
        name,
        summary: definition?.summary ?? null,
        netuids: netuidsOf(name),
        synapses: Object.keys(definition?.synapses ?? {}),
        follows: definition?.follows ?? null,
        needs: definition?.needs ?? [],
        ...(definition?.caveat && { caveat: definition.caveat }),
        ...rest,
      })),
    }
  }
}
