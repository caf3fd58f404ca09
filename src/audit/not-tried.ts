/** An attack cannot be made: the message says why, in the column of what was found. */
export class NotTried extends Error {
  override readonly name: string = 'NotTried'
}
