import { dirname } from 'node:path'
import { COMPOSE_ADMIN_PORT, containerAdmin } from '../../service/container-admin.js'
import { publishedPort } from '../../service/published-port.js'
import { type Service, SYSTEM_LOGS } from '../../service/service.js'
import { escapeName } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'
import { isWithin } from './find-log-file.js'

/** What the image has, and where other mounts go. */
const IMAGE_FOLDERS = ['/opt/miner', '/usr/local/bin', '/data', '/tmp']

/** Checks what a container of the miner needs. @throws {UsageError} NOT_A_SERVICE */
export function requireContainer({ host, port, secrets, localServers, logFile }: Service): void {
  const [credential] = secrets.credentials
  if (credential !== undefined)
    throw unusable(
      `the configuration refers to the credential ${escapeName(credential)} of systemd, which a container does not have`,
      'give the secret as file:PATH',
    )
  if (port === 0) throw unusable('axon.port is 0, and a container publishes a port that is known', '--axon-port 8091')
  if (publishedPort(host, port) === undefined) throw notAnAddress('axon.host', host!)
  const folder = logFile && dirname(logFile.path)
  const covered = folder && IMAGE_FOLDERS.find(one => isWithin(one, folder))
  if (covered)
    throw unusable(
      `the folder of the log file, ${escapeName(folder)}, would take the place of ${covered} in the container`,
      `--log-file ${SYSTEM_LOGS}/miner/miner.log`,
    )
  const [server] = localServers
  if (server)
    throw unusable(
      `${escapeName(server.path)} names ${escapeName(server.host)}, and in a container that is the container itself`,
      'name the host as host.docker.internal, and let its server listen on an address that containers reach; or use miner service systemd',
    )
}

/** Checks that Docker can publish the admin port beside that of the axon. @throws {UsageError} NOT_A_SERVICE */
export function requireAdminPublished(service: Service): void {
  if (service.admin.port === service.port) throw portTaken(service.port, 'the admin port')
  if (containerAdmin(service) !== undefined) return
  throw service.admin.port === 0
    ? unusable('admin.port is 0, and a container publishes a port that is known', `--admin-port ${COMPOSE_ADMIN_PORT}`)
    : notAnAddress('admin.host', service.admin.host)
}

/** The other ports of the compose file. */
const COMPOSE_PORTS: ReadonlyMap<number, string> = new Map([
  [COMPOSE_ADMIN_PORT, 'the admin port'],
  [9_090, 'Prometheus'],
  [3_000, 'Grafana'],
])

/** Refuses a port of the axon that another part of the compose file has, and settings of the admin port that the compose file, which has one of its own, would not follow. @throws {UsageError} NOT_A_SERVICE */
export function requireOwnAdmin({ admin, port }: Service): void {
  const taken = COMPOSE_PORTS.get(port)
  if (taken) throw portTaken(port, taken)
  const [path] = admin.typed.filter(one => !(one === 'admin.port' && admin.port === COMPOSE_ADMIN_PORT))
  if (path === undefined) return
  throw unusable(
    `${path} has no effect: the compose file opens the admin port at 127.0.0.1:${COMPOSE_ADMIN_PORT}, with a token of its own`,
    'leave it out, and change the compose file',
  )
}

function notAnAddress(path: string, host: string): UsageError {
  const message = `${path} is ${escapeName(host)}, and Docker publishes a port at an address only`
  return unusable(message, `--${path.replace('.', '-')} 127.0.0.1`)
}

function portTaken(port: number, other: string): UsageError {
  return unusable(`axon.port is ${port}, which is that of ${other}`, '--axon-port 8091')
}

function unusable(message: string, hint: string): UsageError {
  return new UsageError('NOT_A_SERVICE', message, hint)
}
