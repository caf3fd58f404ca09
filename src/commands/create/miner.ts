import { MinerCommand } from '../../cli/command.js'
import { create, createArgs, createFlags } from '../../cli/create.js'

export default class CreateMiner extends MinerCommand {
  static override summary = 'Create a package with a miner of your own.'
  static override description =
    'One source file, one test, and what npm needs: it can be built, tested, linked and published as it is.'
  static override examples = ['<%= config.bin %> <%= command.id %> shout']
  static override args = createArgs
  static override flags = createFlags

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(CreateMiner)
    const { message, ...created } = await create('miner', { NAME: args.NAME, dir: flags.dir })
    this.log(message)
    return created
  }
}
