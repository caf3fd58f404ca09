import type { Service } from '../../service/service.js'
import { escapeName } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'

/** Checks what a container of the miner needs. @throws {UsageError} NOT_A_SERVICE */
export function requireContainer({ port, secrets }: Service): void {
  const [credential] = secrets.credentials
  if (credential !== undefined)
    throw new UsageError(
      'NOT_A_SERVICE',
      `the configuration refers to the credential ${escapeName(credential)} of systemd, which a container does not have`,
      'give the secret as file:PATH',
    )
  if (port === 0)
    throw new UsageError(
      'NOT_A_SERVICE',
      'axon.port is 0, and a container publishes a port that is known',
      '--axon-port 8091',
    )
}
