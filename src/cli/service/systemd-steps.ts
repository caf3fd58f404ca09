import type { Service } from '../../service/service.js'
import { logsDirectory } from '../../service/systemd-unit.js'
import { installing, makingLogFolder, type NextStep, notes, type StepOptions, shell } from './next-steps.js'
import { unitNotes } from './start-notes.js'

/** Returns what starts the unit. */
export async function systemdSteps(
  service: Service,
  unit: string,
  { folder, isWritten, plugins }: StepOptions,
): Promise<NextStep[]> {
  const { name, owner, secrets, node, program, args } = service
  const data = `/var/lib/${name}`
  const asOwner = (...words: readonly string[]) => {
    const variables = [...service.variables].map(([variable, value]) => `${variable}=${value}`)
    const user = owner.name ?? `#${owner.uid}`
    return shell('sudo', '-u', user, 'env', `MINER_DATA_DIR=${data}`, ...variables, node, program, ...words)
  }
  const makeData = shell('sudo', 'install', '-d', '-m', '700', '-o', String(owner.uid), data)
  return [
    ...(await unitNotes(service, plugins)).map(why => ({ why })),
    ...notes(service),
    ...secrets.variables.map(variable => ({
      why: `The unit gets ${variable} from systemd's own environment, which others can read: a file is safer (file:PATH).`,
    })),
    ...secrets.credentials.map(credential => ({
      why: `Put the secret ${credential} where systemd finds it, and only root reads it:`,
      commands: [`sudo install -D -m 600 SECRET-FILE ${shell(`/etc/credstore/${credential}`)}`],
    })),
    ...(logsDirectory(service) === undefined ? makingLogFolder(service) : []),
    {
      why: `Put the unit in its place${isWritten ? '' : `, once it is saved as ${unit} (--write . does that)`}:`,
      commands: [shell('sudo', 'install', '-m', '644', `${folder}/${unit}`, `/etc/systemd/system/${unit}`)],
    },
    ...installing(plugins, words => asOwner(...words), { before: [makeData], seesLinks: true }),
    {
      why: 'Start it, now and at each boot:',
      commands: ['sudo systemctl daemon-reload', shell('sudo', 'systemctl', 'enable', '--now', unit)],
    },
    {
      why: 'See its log, and how it does:',
      commands: [shell('journalctl', '-f', '-u', unit), asOwner('status', ...args)],
    },
  ]
}
