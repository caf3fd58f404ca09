import type { StepOptions } from '../../cli/service/next-steps.js'
import { type Made, ServiceCommand } from '../../cli/service/service-command.js'
import { systemdSteps } from '../../cli/service/systemd-steps.js'
import type { Service } from '../../service/service.js'
import { systemdUnit } from '../../service/systemd-unit.js'
import Serve from '../serve.js'

export default class ServiceSystemd extends ServiceCommand {
  static override summary = 'Print the unit with which systemd keeps the miner running.'
  static override description =
    'The unit runs `miner serve` with the configuration file, and with the settings that flags and variables give here. It runs as the owner of the hotkey, and writes to its own folders only. No secret is written: systemd loads those that the configuration names as file:PATH, and a secret that stands in the configuration itself is refused, with the line that moves it to a file. What to run next is printed on standard error; this command starts nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --netuid 1 --model gpt-4o-mini --write .',
  ]
  static override readonly reads = Serve.reads

  protected override async make(service: Service, options: StepOptions): Promise<Made> {
    const path = `${service.name}.service`
    return { files: [{ path, text: await systemdUnit(service) }], next: await systemdSteps(service, path, options) }
  }
}
