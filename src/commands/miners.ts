import { MINERS, PLUGINS } from '../app/tokens.js'
import { MinerCommand } from '../cli/command.js'
import { table } from '../cli/output/table.js'
import { listPlugins, warnUnusable } from '../cli/plugins/list-plugins.js'
import { escapeControls } from '../text/escape.js'

export default class Miners extends MinerCommand {
  static override summary = 'List the miners that can be used.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<unknown> {
    await this.parse(Miners)
    await using scope = await this.openScope()
    const plugins = scope.resolve(PLUGINS).filter(({ kind }) => kind === 'miner')
    const miners = await listPlugins(scope.resolve(MINERS), plugins)
    if (!this.jsonEnabled()) {
      const rows = miners.map(({ name, definition, package: brings, version }) => ({
        name: escapeControls(name),
        summary: escapeControls(definition?.summary ?? 'cannot be used'),
        from: escapeControls(`${brings} ${version}`),
      }))
      this.log(table(rows))
      warnUnusable(miners)
    }
    return {
      miners: miners.map(({ name, definition, ...rest }) => ({ name, summary: definition?.summary ?? null, ...rest })),
    }
  }
}
