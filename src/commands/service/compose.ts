import { composeSecrets, composeSteps } from '../../cli/service/container-steps.js'
import type { StepOptions } from '../../cli/service/next-steps.js'
import { requireContainer, requireOwnAdmin } from '../../cli/service/require-container.js'
import { type Made, ServiceCommand } from '../../cli/service/service-command.js'
import { composeFile, composeFolders, composeNeighbours } from '../../service/compose.js'
import { dockerfile, dockerignore } from '../../service/container.js'
import type { Service } from '../../service/service.js'
import Serve from '../serve.js'

export default class ServiceCompose extends ServiceCommand {
  static override summary = 'Print a compose file of the miner with Prometheus and Grafana.'
  static override description =
    'With --write, also the files beside it: the Dockerfile, the configuration of Prometheus with its alert rules, and the dashboard of Grafana. Prometheus, Grafana and the admin port listen on this machine only. The containers run as the owner of the hotkey. A secret that stands in the configuration itself is refused, with the line that moves it to a file. This command starts nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --netuid 1 --model gpt-4o-mini --write miner',
  ]
  static override readonly reads = Serve.reads

  protected override async make(service: Service, options: StepOptions): Promise<Made> {
    requireContainer(service)
    requireOwnAdmin(service)
    const neighbours = [...(await composeNeighbours())].map(([path, text]) => ({ path, text }))
    const image = [{ path: 'Dockerfile', text: await dockerfile(service) }, dockerignore]
    return {
      files: [{ path: 'compose.yml', text: await composeFile(service) }, ...image, ...neighbours],
      folders: composeFolders,
      later: composeSecrets,
      next: await composeSteps(service, options),
    }
  }
}
