import { MinerCommand } from '../../cli/command.js'
import { create, createArgs, createFlags } from '../../cli/create.js'

export default class CreateDialect extends MinerCommand {
  static override summary = 'Create a package with a dialect: what the validators of a subnet ask.'
  static override description =
    'One source file, one test, and what npm needs: it can be built, tested, linked and published as it is.'
  static override examples = ['<%= config.bin %> <%= command.id %> my-subnet']
  static override args = createArgs
  static override flags = createFlags

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(CreateDialect)
    const { message, ...created } = await create('dialect', { NAME: args.NAME, dir: flags.dir })
    this.log(message)
    return created
  }
}
