import { openScope } from '../app/container.js'
import { MINERS } from '../app/tokens.js'
import { MinerCommand } from '../cli/command.js'
import { table } from '../cli/table.js'

export default class Miners extends MinerCommand {
  static override summary = 'List the miners that can be used.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<unknown> {
    await this.parse(Miners)
    await using scope = openScope()
    const miners = await Promise.all(
      [...scope.resolve(MINERS).values()].map(async ({ name, from, load }) => ({
        name,
        summary: (await load()).summary,
        package: from.package,
        version: from.version,
      })),
    )
    this.log(
      table(miners.map(({ package: brings, version, ...miner }) => ({ ...miner, from: `${brings} ${version}` }))),
    )
    return { miners }
  }
}
