/**
 * How many milliseconds of its processor this thread takes for some work: other than on a clock, nothing that runs beside
 * it counts.
 */
export async function threadMs(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage()
  await work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
