import { dockerSteps } from '../../cli/service/container-steps.js'
import type { StepOptions } from '../../cli/service/next-steps.js'
import { requireAdminPublished, requireContainer } from '../../cli/service/require-container.js'
import { type Made, ServiceCommand } from '../../cli/service/service-command.js'
import { dockerfile, dockerignore } from '../../service/container.js'
import type { Service } from '../../service/service.js'
import Serve from '../serve.js'

export default class ServiceDocker extends ServiceCommand {
  static override summary = 'Print a Dockerfile of the miner, and the command that runs it.'
  static override description =
    'The image has the program and nothing of this machine. The command, on standard error, runs it as the owner of the hotkey, with a read-only file system, and lets it see the configuration file, the hotkey and the files of secrets, and no other file. A secret that stands in the configuration itself is refused, with the line that moves it to a file. This command starts nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --netuid 1 --model gpt-4o-mini --write miner',
  ]
  static override readonly reads = Serve.reads

  protected override async make(service: Service, options: StepOptions): Promise<Made> {
    requireContainer(service)
    requireAdminPublished(service)
    const files = [{ path: 'Dockerfile', text: await dockerfile(service) }, dockerignore] as const
    return { files: [...files], folders: ['data/miner'], next: await dockerSteps(service, options) }
  }
}
