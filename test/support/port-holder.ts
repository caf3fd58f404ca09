import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** Another program that listens on a port. */
export type PortHolderProcess = AsyncDisposable & { readonly pid: number; readonly port: number }

/** Starts a program that listens on a free port. @param host by default every address */
export async function startPortHolder(host?: string): Promise<PortHolderProcess> {
  const code = `require('node:net').createServer().listen(0, ${host === undefined ? 'undefined' : `'${host}'`}, function () {
    console.log(this.address().port)
  })`
  const child: ChildProcess = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [port] = await once(child.stdout!.setEncoding('utf8'), 'data')
  return {
    pid: child.pid!,
    port: Number(port),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
