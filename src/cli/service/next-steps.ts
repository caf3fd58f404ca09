import { dirname } from 'node:path'
import type { Declared } from '../../plugin/load/discover.js'
import { dockerignore, imageOf } from '../../service/container.js'
import { dockerRun } from '../../service/docker-command.js'
import type { Service } from '../../service/service.js'
import { logsDirectory } from '../../service/systemd-unit.js'
import { shellWord } from '../../text/shell-word.js'
import { isWithin } from './find-log-file.js'
import { unitNotes } from './unit-notes.js'

/** Shell commands for the operator, and what they are for; without commands, what the operator should know. */
export type NextStep = { readonly why: string; readonly commands?: readonly string[] }

/** Where a command puts its files, and what else has to be there. */
export type StepOptions = {
  /** that of `--write`, or the working directory */
  readonly folder: string
  /** whether the files are written there */
  readonly isWritten: boolean
  /** the plugins of the miner and the dialect in use */
  readonly plugins: readonly Declared[]
}

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

/** Returns what makes the image and starts it. */
export function dockerSteps(service: Service, { folder, isWritten, plugins }: StepOptions): NextStep[] {
  const { packing, argument } = packed(service, folder)
  const { uid, gid } = service.owner
  const once = ['docker', 'run', '--rm', '--user', `${uid}:${gid}`]
  const mounted = ['--mount', `type=bind,src=${folder}/data/miner,dst=/data`, imageOf(service)]
  const saving = {
    why: 'Save the file as Dockerfile, keep all but the program out of its image, and make the folder of its data (--write DIR does all three):',
    commands: [
      `printf '%s\\n' ${shell(...dockerignore.text.trimEnd().split('\n'))} >${shell(`${folder}/${dockerignore.path}`)}`,
      shell('mkdir', '-p', '-m', '700', `${folder}/data/miner`),
    ],
  }
  return [
    ...notes(service),
    ...(isWritten ? [] : [saving]),
    ...makingLogFolder(service),
    ...owning(service, `${folder}/data`),
    {
      why: 'Make the image, with the copy of the program that runs here:',
      commands: [packing, shell('docker', 'build', '--tag', imageOf(service), ...argument, folder)],
    },
    ...installing(plugins, words => shell(...once, ...mounted, ...words), { seesLinks: false }),
    { why: 'Start it, now and at each boot:', commands: [dockerRun(service, folder)] },
  ]
}

/** Returns what starts the containers of the compose file. */
export function composeSteps(service: Service, { folder, isWritten, plugins }: StepOptions): NextStep[] {
  const { packing, argument } = packed(service, folder)
  const compose = (...words: readonly string[]) => shell('docker', 'compose', '--project-directory', folder, ...words)
  const secrets = `${folder}/secrets`
  const made = (bytes: number, name: string) => `openssl rand -hex ${bytes} >${shell(`${secrets}/${name}`)}`
  return [
    ...notes(service),
    ...(service.admin.filed.length > 0
      ? [
          {
            why: `The compose file has an admin port of its own, which does not follow ${service.admin.filed.join(', ')}.`,
          },
        ]
      : []),
    ...makingLogFolder(service),
    ...(isWritten ? [] : [{ why: 'The compose file needs others beside it: --write DIR writes all of them.' }]),
    {
      why: 'Make the token of the admin port, and the password of Grafana, whose user is admin:',
      commands: [
        `(umask 077; set -C; mkdir -p ${shell(secrets)} && ${made(32, 'admin-token')} && ${made(16, 'grafana-password')})`,
      ],
    },
    ...(isWritten ? owning(service, ...READ_BY_CONTAINERS.map(name => `${folder}/${name}`)) : []),
    {
      why: 'Make the image, with the copy of the program that runs here:',
      commands: [packing, compose('build', ...argument)],
    },
    ...installing(plugins, words => compose('run', '--rm', '--no-deps', 'miner', ...words), { seesLinks: false }),
    { why: 'Start all, now and at each boot:', commands: [compose('up', '--detach')] },
  ]
}

/** The miner itself makes no folder for its log, and Docker mounts none that is missing. */
function makingLogFolder({ logFile, owner }: Service): readonly NextStep[] {
  if (logFile?.folder !== 'missing') return []
  const given = ['-m', '0700', '-o', String(owner.uid), '-g', String(owner.gid)]
  return [
    {
      why: 'Make the folder of the log file, which the miner writes:',
      commands: [shell('sudo', 'install', '-d', ...given, dirname(logFile.path))],
    },
  ]
}

/** Of the folder of the compose file. */
const READ_BY_CONTAINERS = ['data', 'prometheus', 'grafana', 'secrets'] as const

/** Gives files to the owner of the hotkey, as whom the containers run, where another user writes them, with mode 0600. */
function owning({ owner }: Service, ...paths: readonly string[]): readonly NextStep[] {
  if (process.getuid?.() === owner.uid) return []
  const command = shell('sudo', 'chown', '-R', `${owner.uid}:${owner.gid}`, ...paths)
  return [
    {
      why: 'Give what the containers read and write to the owner of the hotkey, as whom they run:',
      commands: [command],
    },
  ]
}

/** Returns how npm packs this copy of the program beside the `Dockerfile`, and how the image gets that. */
function packed({ program, version }: Service, folder: string) {
  const root = dirname(dirname(program))
  return {
    packing: shell('npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder, root),
    argument: ['--build-arg', `PACKAGE=/context/bittensor-miner-${version}.tgz`],
  }
}

function notes({ program, owner, logFile }: Service): readonly NextStep[] {
  const notes: NextStep[] = []
  if (logFile && isWithin(logFile.path, dirname(dirname(program))))
    notes.push({
      why: 'The log file is in the folder of the program, with which npm may remove it: /var/log has room for it.',
    })
  if (/[\\/]_npx[\\/]/.test(program))
    notes.push({ why: 'This copy is in the cache of npx, which npm may empty: npm install --global bittensor-miner' })
  if (owner.uid === 0)
    notes.push({ why: 'The hotkey belongs to root, and so the miner runs as root: a user of its own is safer.' })
  return notes
}

/** The service has a folder of data of its own, so it needs plugins of its own. */
function installing(
  plugins: readonly Declared[],
  miner: (words: readonly string[]) => string,
  { before = [], seesLinks }: { readonly before?: readonly string[]; readonly seesLinks: boolean },
): readonly NextStep[] {
  const packages = [...new Map(plugins.map(({ from }) => [from.package, from])).values()]
  const unseen = packages.filter(({ type }) => type === 'link' && !seesLinks)
  const commands = packages
    .filter(one => !unseen.includes(one))
    .map(({ package: name, version, root, type }) =>
      miner(type === 'link' ? ['plugins', 'link', root] : ['plugins', 'install', `${name}@${version}`]),
    )
  const why = 'Install the plugins that it uses to its own folder of data:'
  return [
    ...unseen.map(({ package: name, root }) => ({
      why: `The plugin ${name} is linked from ${root}, which a container does not see: install it from a registry or a repository.`,
    })),
    ...(commands.length > 0 ? [{ why, commands: [...before, ...commands] }] : []),
  ]
}

function shell(...words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}
