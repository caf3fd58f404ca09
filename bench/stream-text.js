/** What the model says to one caller at one point: no two are the same, and most are no ASCII. */
export function pieceOf(caller, at) {
  return `${words[(caller + at) % words.length]} ${caller}.${at}${at % 7 === 0 ? '\n' : ' '}`
}

/** All of it. */
export function textOf(caller, pieces) {
  return Array.from({ length: pieces }, (_, at) => pieceOf(caller, at)).join('')
}

const words = ['token', 'naïve', 'e\u0301', 'שלום', 'مرحبا', '漢字', '😀', '👨‍👩‍👧']
