import { createServer } from 'node:net'
import { type Finding, findingsBy } from '../check.js'
import type { PortHolder } from './listeners.js'

export type PortCheck = {
  /** whose port it is, which names the flags; by default the axon's */
  readonly of?: 'axon' | 'admin'
  readonly port: number
  /** undefined: every address of this machine */
  readonly host: string | undefined
  /** the miner of this hotkey that runs, as far as it tells of itself; null: none */
  readonly running: { readonly pid: number } | null
  /** who listens on the port, as far as this user may see it */
  readonly listenersOn: (port: number) => Promise<readonly PortHolder[]>
  /** whether the axon of this hotkey answers on the port */
  readonly isOwnAxon: (port: number) => Promise<boolean>
  /** whether the chain is told the port */
  readonly announces: boolean
}

/** Checks that the axon can listen on its port, or already does, by listening on it. */
export async function checkPort(options: PortCheck): Promise<Finding> {
  const { of = 'axon', port, host, running, listenersOn, isOwnAxon, announces } = options
  const named = of === 'axon' ? 'port' : 'admin port'
  const flag = `--${of}-port`
  const { ok, warning, fault } = findingsBy(
    `listened on ${host ?? 'all addresses'}, port ${port}; /proc/net/tcp and tcp6, /proc/PID/fd for who holds it`,
  )
  if (port === 0)
    return announces
      ? warning(
          'PORT_CHANGES',
          'port 0 lets the axon pick a free port, another one at each start, which no router can forward',
          'name a port: --axon-port 8091',
        )
      : ok(`the ${of === 'axon' ? 'axon' : 'admin server'} picks a free port (${flag} 0)`)
  const code = await listenCode(port, host)
  if (code === null) return ok(`${named} ${port} is free`)
  if (code === 'EACCES')
    return fault(
      'PORT_FORBIDDEN',
      `this user may not listen on ${named} ${port}`,
      `name a port from 1024 on: ${flag} ${of === 'axon' ? 8091 : 9091}`,
    )
  if (code === 'EADDRNOTAVAIL')
    return fault(
      'HOST_FOREIGN',
      `this machine has no address ${host}`,
      `leave --${of}-host out, or name an address of this machine`,
    )
  if (code !== 'EADDRINUSE')
    return fault(
      'PORT_UNUSABLE',
      of === 'axon'
        ? `the axon cannot listen on port ${port}: ${code}`
        : `the miner cannot listen on admin port ${port}: ${code}`,
      host === undefined ? `name another one with ${flag}` : `check --${of}-host and ${flag}`,
    )

  const holders = await listenersOn(port)
  const ours = holders.find(({ pid }) => pid !== null && pid === running?.pid)
  if (ours) return ok(`${named} ${port} is held by the miner that runs, process ${ours.pid}`)
  if (await isOwnAxon(port)) return ok(`${named} ${port} is held by an axon of this hotkey${pidText(holders)}`)
  const who = holders.length === 0 ? 'another program' : holders.map(holderText).join(' and ')
  const [first] = holders
  const end =
    first?.pid == null ? `sudo ss -ltnp 'sport = :${port}' shows which` : `kill ${first.pid}, if it is not needed`
  return fault('PORT_TAKEN', `${named} ${port} is held by ${who}`, `${end}; or choose another port with ${flag}`)
}

function pidText([holder]: readonly PortHolder[]): string {
  return holder?.pid == null ? '' : `, process ${holder.pid}`
}

function holderText({ pid, command, uid }: PortHolder): string {
  if (pid === null) return `a program of the user with id ${uid}`
  const shown = command.length > MOST ? `${command.slice(0, MOST)}…` : command
  return `process ${pid}${shown === '' ? '' : ` (${shown})`}`
}

/** Characters of a command line. */
const MOST = 120

/** Listens for a moment, where the axon would (axon/http/listen.ts). @returns the code of the error; null: it could */
async function listenCode(port: number, host: string | undefined): Promise<string | null> {
  const code = await tryToListen(port, host === 'localhost' ? '127.0.0.1' : (host ?? '::'))
  const noIpv6 = code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL'
  return host === undefined && noIpv6 ? tryToListen(port, '0.0.0.0') : code
}

async function tryToListen(port: number, host: string): Promise<string | null> {
  const server = createServer()
  return await new Promise(resolve => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)))
  })
}
