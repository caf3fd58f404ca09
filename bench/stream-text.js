/** Returns the model's piece for a caller and a position: all differ, and most are not ASCII. */
export function pieceOf(caller, at) {
  return `${words[(caller + at) % words.length]} ${caller}.${at}${at % 7 === 0 ? '\n' : ' '}`
}

/** Returns the whole text of so many pieces. */
export function textOf(caller, pieces) {
  return Array.from({ length: pieces }, (_, at) => pieceOf(caller, at)).join('')
}

const words = ['token', 'naïve', 'e\u0301', 'שלום', 'مرحبا', '漢字', '😀', '👨‍👩‍👧']
