/**
 * Passes when one of several tries does: for what the program does a few milliseconds before something, where a machine that
 * takes the processor away for longer spoils it.
 */
export async function oneOfSeveral(test: () => Promise<void>, tries = 6): Promise<void> {
  for (let left = tries - 1; ; left--) {
    try {
      return await test()
    } catch (error) {
      if (left === 0) throw error
    }
  }
}
