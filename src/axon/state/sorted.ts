/** Inserts a value into a list that is sorted by a number, behind those with the same one. */
export function insertSorted<Value>(sorted: Value[], value: Value, by: (value: Value) => number): void {
  const key = by(value)
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (by(sorted[middle]!) <= key) low = middle + 1
    else high = middle
  }
  sorted.splice(low, 0, value)
}
