import { Flags } from '@oclif/core'
import { MinerCommand } from '../../cli/command.js'
import { create, createArgs, createFlags } from '../../cli/create.js'
import { baseMiners } from '../../create/create-package.js'

export default class CreateMiner extends MinerCommand {
  static override summary = 'Create a package with a miner of your own.'
  static override description =
    'One source file, one test, and what npm needs: it can be built, tested, linked and published as it is.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> shout',
    ...baseMiners.map(base => `<%= config.bin %> <%= command.id %> retriever --extends ${base}`),
  ]
  static override args = createArgs
  static override flags = {
    ...createFlags,
    extends: Flags.option({
      options: baseMiners,
      description: 'a built-in miner to extend: it has all settings of that one, and more',
      helpValue: 'NAME',
    })(),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(CreateMiner)
    const { message, ...created } = await create('miner', { NAME: args.NAME, dir: flags.dir, base: flags.extends })
    this.log(message)
    return created
  }
}
