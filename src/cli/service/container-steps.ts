import { dirname } from 'node:path'
import { dockerignore, imageOf, PROGRAM } from '../../service/container.js'
import { dockerRun } from '../../service/docker-command.js'
import type { Service } from '../../service/service.js'
import { installing, makingLogFolder, type NextStep, notes, type StepOptions, shell } from './next-steps.js'
import { containerNotes } from './start-notes.js'

/** Returns what makes the image and starts it. */
export async function dockerSteps(service: Service, { folder, isWritten, plugins }: StepOptions): Promise<NextStep[]> {
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
    ...(await containerNotes(service, folder)).map(why => ({ why })),
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
    {
      why: 'See its log, and how it does:',
      commands: [
        shell('docker', 'logs', '--follow', service.name),
        shell('docker', 'exec', service.name, 'node', PROGRAM, 'status', ...service.args),
      ],
    },
  ]
}

/** Returns what starts the containers of the compose file. */
export async function composeSteps(service: Service, { folder, isWritten, plugins }: StepOptions): Promise<NextStep[]> {
  const { packing, argument } = packed(service, folder)
  const compose = (...words: readonly string[]) => shell('docker', 'compose', '--project-directory', folder, ...words)
  const [token, password] = composeSecrets.map(path => shell(`${folder}/${path}`))
  return [
    ...(await containerNotes(service, folder)).map(why => ({ why })),
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
        `(umask 077; set -C; mkdir -p ${shell(`${folder}/secrets`)} && openssl rand -hex 32 >${token} && openssl rand -hex 16 >${password})`,
      ],
    },
    ...(isWritten ? owning(service, ...READ_BY_CONTAINERS.map(name => `${folder}/${name}`)) : []),
    {
      why: 'Make the image, with the copy of the program that runs here:',
      commands: [packing, compose('build', ...argument)],
    },
    ...installing(plugins, words => compose('run', '--rm', '--no-deps', 'miner', ...words), { seesLinks: false }),
    { why: 'Start all, now and at each boot:', commands: [compose('up', '--detach')] },
    {
      why: 'See its log, and how it does:',
      commands: [
        compose('logs', '--follow', 'miner'),
        compose('exec', 'miner', 'node', PROGRAM, 'status', ...service.args),
      ],
    },
  ]
}

/** What the operator makes in the folder of the compose file: the token of the admin port, and the password of Grafana. */
export const composeSecrets = ['secrets/admin-token', 'secrets/grafana-password'] as const

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
