import { MinerCommand } from '../../cli/command.js'
import { create, createArgs, createFlags } from '../../cli/create.js'

export default class CreateMiner extends MinerCommand {
  static override summary = 'Write a package that brings a miner of your own.'
  static override description =
    'One source file, one test, and all that npm wants: it can be built, tested, linked and published as it is.'
  static override examples = ['<%= config.bin %> <%= command.id %> shout']
  static override args = createArgs
  static override flags = createFlags

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(CreateMiner)
    const { words, ...created } = await create('miner', { NAME: args.NAME, dir: flags.dir })
    this.log(words)
    return created
  }
}
