/**
 * Maps items as `Promise.all` does, at most `limit` of them at a time.
 *
 * @throws whatever `map` throws; no further item is started then
 */
export async function mapParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const next = items.entries()
  let hasFailed = false
  const work = async () => {
    for (const [at, item] of next) {
      if (hasFailed) return
      results[at] = await map(item)
    }
  }
  const workers = Array.from({ length: Math.min(limit, items.length) }, work)
  try {
    await Promise.all(workers)
    return results
  } finally {
    hasFailed = true
  }
}
