import { containerVariables, imageOf, mountsOf } from './container.js'
import { deployFile, filledFile } from './deploy-file.js'
import { publishedPort } from './published-port.js'
import type { Service } from './service.js'
import { composeText } from './yaml-text.js'

/** The files beside the compose file, which are the same for each miner. */
const shared = [
  'prometheus/prometheus.yml',
  'prometheus/alerts.yml',
  'grafana/datasources.yml',
  'grafana/dashboards.yml',
  'grafana/dashboard.json',
]

/** The folders beside it that hold data, which the owner of the hotkey has to own. */
export const composeFolders = ['data/miner', 'data/prometheus', 'data/grafana']

/** Makes the compose file of a miner with Prometheus and Grafana. */
export function composeFile(service: Service): Promise<string> {
  const { name, owner, args, host, port, stopSeconds } = service
  const { files, secrets, writable } = mountsOf(service)
  return filledFile('compose.yml', {
    name: composeText(projectName(name)),
    image: composeText(imageOf(service)),
    user: composeText(`${owner.uid}:${owner.gid}`),
    stopSeconds: String(stopSeconds),
    command: `[${['serve', ...args].map(composeText).join(', ')}]`,
    published: composeText(publishedPort(host, port)!),
    environment: [...containerVariables(service)]
      // Those of the admin port are in the template: Prometheus reads it in the network of the containers.
      .filter(([variable]) => !variable.startsWith('MINER_ADMIN_'))
      .map(([variable, value]) => (value === null ? `${variable}:` : `${variable}: ${composeText(value)}`)),
    mounts: [
      ...writable.flatMap(directory => bound(directory)),
      ...files.flatMap(file => [...bound(file), '  read_only: true']),
    ],
    used: [...secrets].map(([key, file]) => `- { source: ${composeText(key)}, target: ${composeText(file)} }`),
    secrets: [...secrets].map(([key, file]) => `${composeText(key)}: { file: ${composeText(file)} }`),
  })
}

/** Returns the files that stand beside the compose file, by their paths. */
export async function composeNeighbours(): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all(shared.map(async path => [path, await deployFile(path)] as const)))
}

/** A mount of a path of the host at the same path. */
function bound(path: string): readonly string[] {
  const text = composeText(path)
  return ['- type: bind', `  source: ${text}`, `  target: ${text}`, '  bind: { create_host_path: false }']
}

/** Compose takes lower-case letters, digits, dashes and underscores. */
function projectName(name: string): string {
  return name.toLowerCase().replaceAll('.', '-')
}
