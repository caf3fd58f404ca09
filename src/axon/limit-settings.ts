import * as z from 'zod'
import { defaultAxonLimits as defaults, type Limits } from './limits.js'

const HOUR_MS = 3_600_000
const GiB = 1024 ** 3

const count = (max: number) => z.int().min(1).max(max)
const duration = (min: number) => z.int().min(min).max(HOUR_MS)

/** The operator's settings of the limits of the axon, what all callers share first. */
export const makeLimitSettings = () =>
  z.object({
    connections: count(100_000)
      .min(16)
      .default(defaults.connections)
      .describe('connections at once; the holder that has most makes room for another'),
    trust: duration(1_000)
      .default(defaults.trustMs)
      .describe('how long an accepted question keeps its connection in the share of its hotkey')
      .meta({ unit: 'duration' }),
    bodies: z
      .int()
      .min(64 * 1024)
      .max(64 * GiB)
      .default(defaults.bodyBytes)
      .describe(
        'bytes of all bodies that are being read, and of what was read of them until their requests are answered; several times --max-body',
      )
      .meta({ unit: 'size' }),
    bodySpeed: z
      .int()
      .min(1)
      .max(GiB)
      .default(defaults.bodyBytesPerSecond)
      .describe('bytes that a body must bring each second, within each window')
      .meta({ unit: 'size' }),
    bodyWindow: duration(100)
      .default(defaults.bodyWindowMs)
      .describe('how long a window is in which the speed of a body is measured')
      .meta({ unit: 'duration' }),
    pendingChecks: count(100_000).default(defaults.pendingChecks).describe('signature checks that may wait'),
    failedProofs: count(1_000_000)
      .default(defaults.failedProofs)
      .describe('signatures of one address that may fail at once, before the axon checks no more of them'),
    failedProofsRate: z
      .number()
      .min(0.01)
      .max(1_000_000)
      .default(defaults.failedProofsPerSecond)
      .describe('how many more may fail each second'),
    noncesPerCaller: count(10_000_000)
      .default(defaults.noncesPerCaller)
      .describe('nonces of one hotkey, or one address of strangers, that are remembered for a minute'),
    nonces: count(100_000_000).default(defaults.noncesInAll).describe('nonces of all callers that are remembered'),
    head: duration(100).default(defaults.headersMs).describe('how long a head may take').meta({ unit: 'duration' }),
    request: duration(100)
      .default(defaults.requestMs)
      .describe('how long a head and its body may take')
      .meta({ unit: 'duration' }),
    keepAlive: duration(1_000)
      .default(defaults.keepAliveMs)
      .describe('how long a connection may be idle')
      .meta({ unit: 'duration' }),
    write: duration(100)
      .default(defaults.writeMs)
      .describe('how long a caller may take to read a reply, or a piece of a stream')
      .meta({ unit: 'duration' }),
    loopDelay: duration(10)
      .default(defaults.loopDelayMs)
      .describe('how late the event loop may be before the axon refuses new work, that of strangers first')
      .meta({ unit: 'duration' }),
  })

type LimitValues = z.output<ReturnType<typeof makeLimitSettings>>

/** Reports limits that can never be reached, because another one is lower. */
export function limitRules({ nonces, noncesPerCaller, head, request }: Partial<LimitValues>) {
  return [
    ...(nonces !== undefined && noncesPerCaller !== undefined && noncesPerCaller > nonces
      ? [
          {
            setting: 'noncesPerCaller' as const,
            beside: ['nonces' as const],
            message: `cannot be above limits.nonces, which is ${nonces}`,
            hint: 'lower it, or raise --limits-nonces',
          },
        ]
      : []),
    ...(head !== undefined && request !== undefined && head > request
      ? [
          {
            setting: 'head' as const,
            beside: ['request' as const],
            message: 'cannot be above limits.request, which counts the head, too',
            hint: 'lower it, or raise --limits-request',
          },
        ]
      : []),
  ]
}

/** Returns the limits that the settings set. */
export function limitsOf(values: LimitValues): Limits {
  return {
    connections: values.connections,
    trustMs: values.trust,
    bodyBytes: values.bodies,
    bodyBytesPerSecond: values.bodySpeed,
    bodyWindowMs: values.bodyWindow,
    pendingChecks: values.pendingChecks,
    failedProofs: values.failedProofs,
    failedProofsPerSecond: values.failedProofsRate,
    noncesPerCaller: values.noncesPerCaller,
    noncesInAll: values.nonces,
    headersMs: values.head,
    requestMs: values.request,
    keepAliveMs: values.keepAlive,
    writeMs: values.write,
    loopDelayMs: values.loopDelay,
  }
}
