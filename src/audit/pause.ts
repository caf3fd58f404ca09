import { setTimeout } from 'node:timers/promises'

/** Resolves after `ms`. @throws the signal's reason when it aborts before */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted() // Node's own error hides the reason
    throw error
  }
}
