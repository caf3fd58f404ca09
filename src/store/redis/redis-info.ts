import { StoreError } from '../store-error.js'

/**
 * Reads what a Redis says of itself, and checks that it keeps what it is given. `INFO` has all of it, and unlike `CONFIG` is
 * not forbidden by services that run a Redis.
 *
 * @param server.name of the server, for messages
 * @param server.mustPersist whether it has to keep its data over a restart
 * @returns what identifies its process and its data: run_id, and master_replid, which changes when a replica is promoted
 * @throws {StoreError} STORE_UNSUITABLE
 */
export function requireSuitable(
  info: string,
  { name, mustPersist }: { readonly name: string; readonly mustPersist: boolean },
): string {
  const fields = new Map(info.split('\r\n').map(line => line.split(':', 2) as [string, string]))
  const role = fields.get('role')
  if (role !== 'master') {
    const message = `the Redis ${name} is a ${role ?? 'server of unknown role'}, and lags behind its master`
    throw new StoreError('STORE_UNSUITABLE', message, {
      hint: 'name the master; a failover to a replica is not supported',
    })
  }
  const policy = fields.get('maxmemory_policy')
  if (policy !== 'noeviction') {
    const message = `the Redis ${name} may drop nonces: its maxmemory-policy is ${policy ?? 'unknown'}`
    throw new StoreError('STORE_UNSUITABLE', message, { hint: 'set maxmemory-policy noeviction in its configuration' })
  }
  if (fields.get('cluster_enabled') === '1') {
    const message = `the Redis ${name} is a node of a cluster, which holds a part of the keys only`
    throw new StoreError('STORE_UNSUITABLE', message, { hint: 'use a Redis with cluster-enabled no' })
  }
  if (mustPersist && fields.get('aof_enabled') !== '1') {
    const message = `the Redis ${name} would forget legacy nonces when it is started again, and they never expire`
    throw new StoreError('STORE_UNSUITABLE', message, {
      hint: 'set appendonly yes in its configuration, or leave out --legacy-nonces',
    })
  }
  const runId = fields.get('run_id')
  if (!runId) {
    const message = `${name} does not tell its run_id, so that its restarts would not be noticed`
    throw new StoreError('STORE_UNSUITABLE', message, { hint: 'use Redis 5 or newer, or Valkey' })
  }
  return `${runId} ${fields.get('master_replid') ?? ''}`
}
