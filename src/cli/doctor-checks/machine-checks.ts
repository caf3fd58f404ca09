import { createRequire } from 'node:module'
import { hostSections } from '../../app/settings.js'
import { mapParallel } from '../../async/map-parallel.js'
import { timeoutSignal } from '../../async/timeout.js'
import { valuesOf } from '../../config/configuration.js'
import type { DoctorCheck } from '../../doctor/check.js'
import { type ClockReading, checkClock } from '../../doctor/machine/clock.js'
import { checkMemory } from '../../doctor/machine/memory.js'
import { checkNodeVersion } from '../../doctor/machine/node-version.js'
import { checkOpenFiles } from '../../doctor/machine/open-files.js'
import type { Subject } from '../../doctor/machine/subject.js'
import { readHttpDate } from '../../doctor/network/http-date.js'
import { checkKeyfile } from '../../doctor/wallet/keyfile.js'
import { type HotkeyName, hotkeyFile } from '../../wallet/hotkey-files.js'
import { readKeyfile } from '../../wallet/read-keyfile.js'
import { parseSealed } from '../../wallet/sealed.js'
import { WalletError } from '../../wallet/wallet-error.js'
import { type DoctorContext, servingProcess } from '../doctor/doctor-context.js'
import { configuredUrls } from './configured-urls.js'
import { checkDisk } from './disk-check.js'

const DATE_MS = 5_000
/** Decrypting a hotkey is slow by design. */
const DECRYPT_MS = 60_000

/** The checks of this machine, and of the wallet on it. */
export function machineChecks(context: DoctorContext): readonly DoctorCheck[] {
  const { configuration, dev } = context
  const axon = valuesOf(configuration, hostSections.axon)
  const limits = valuesOf(configuration, hostSections.limits)
  const wallet = valuesOf(configuration, hostSections.wallet)
  const { node } = createRequire(import.meta.url)('#package').engines as { readonly node: string }
  return [
    { name: 'node', run: async () => [checkNodeVersion(process.versions.node, node)] },
    { name: 'clock', run: async signal => [await clock(context, signal)] },
    {
      name: 'memory',
      run: async () => {
        const serving = await servingProcess(context)
        // The one that runs has decrypted it.
        const decrypts = !dev && serving === null && (await isNacl(wallet))
        return [await checkMemory(subjectOf(serving), { bodies: limits.bodies, decrypts, cgroups: '/sys/fs/cgroup' })]
      },
    },
    {
      name: 'files',
      run: async () => [await checkOpenFiles(subjectOf(await servingProcess(context)), { ...limits, ...axon })],
    },
    { name: 'disk', run: () => checkDisk(context) },
    {
      name: 'wallet',
      timeoutMs: DECRYPT_MS,
      run: async signal => (dev ? [] : checkKeyfile({ ...wallet, env: process.env, signal })),
    },
  ]
}

/** The limits of a miner that runs count: a unit or a container may have given it others than this shell has. */
function subjectOf(running: { readonly pid: number } | null): Subject {
  if (running === null) return { pid: 'self', label: 'this process', proc: '/proc' }
  return { pid: running.pid, label: `process ${running.pid}, the miner that runs`, proc: '/proc' }
}

/** Whether the hotkey is encrypted in the way whose decryption takes much memory. */
async function isNacl(wallet: HotkeyName): Promise<boolean> {
  try {
    const file = hotkeyFile(wallet)
    const keyfile = await readKeyfile(file)
    return keyfile !== null && parseSealed(keyfile.bytes, file)?.cipher === 'nacl'
  } catch (error) {
    if (error instanceof WalletError) return false // the check of the wallet reports it
    throw error
  }
}

async function clock(context: DoctorContext, signal: AbortSignal) {
  const unread: string[] = []
  const readings = await mapParallel(configuredUrls(context), AT_ONCE, async url => {
    using timeout = timeoutSignal({ ms: DATE_MS, reason: () => new Error('no answer in time'), parent: signal })
    const reading = await readHttpDate(url, { signal: timeout.signal }).catch(() => null) // named below as unread
    signal.throwIfAborted()
    if (reading === null) unread.push(url.host)
    return reading
  })
  return checkClock(
    readings.filter((one): one is ClockReading => one !== null),
    unread,
  )
}

const AT_ONCE = 8
