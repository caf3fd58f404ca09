/** Soft and hard limit of a resource; infinity: unlimited. */
export type ResourceLimit = { readonly soft: number; readonly hard: number }

/**
 * Reads a limit from the text of `/proc/PID/limits` (proc_pid_limits(5)).
 *
 * @param name as in its first column: `Max open files`
 * @returns null when the text does not tell it
 */
export function limitIn(text: string, name: string): ResourceLimit | null {
  const line = text.split('\n').find(one => one.startsWith(`${name} `))
  const [soft, hard] = line?.slice(name.length).trim().split(/\s+/).map(amount) ?? []
  if (soft === undefined || hard === undefined || Number.isNaN(soft) || Number.isNaN(hard)) return null
  return { soft, hard }
}

function amount(text: string): number {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text)
}
