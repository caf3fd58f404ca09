import { isArray, isObject, JsonNumber, type JsonTree } from './tree.js'

/**
 * Writes compact JSON, as the SDK's axons do: non-ASCII characters unescaped, numbers as their tokens. Lone surrogates
 * are escaped, because they have no UTF-8 form.
 */
export function writeJson(tree: JsonTree): string {
  return write(tree, COMPACT)
}

/** Writes JSON as Python's `json.dumps`, and so dendrites, do: ASCII only, a space after each comma and colon. */
export function writePythonJson(tree: JsonTree): string {
  return write(tree, PYTHON)
}

type Style = { readonly comma: string; readonly colon: string; readonly text: (value: string) => string }

const COMPACT: Style = { comma: ',', colon: ':', text: JSON.stringify }
const PYTHON: Style = { comma: ', ', colon: ': ', text: value => JSON.stringify(value).replace(/[^ -~]/g, escaped) }

// Concatenating to one string is the fastest way in V8; this runs for every reply.
function write(tree: JsonTree, style: Style): string {
  if (typeof tree === 'string') return style.text(tree)
  if (tree instanceof JsonNumber) return tree.token
  if (isArray(tree)) {
    let items = ''
    for (const item of tree) items += (items && style.comma) + write(item, style)
    return `[${items}]`
  }
  if (isObject(tree)) {
    let members = ''
    for (const [key, value] of tree)
      members += (members && style.comma) + style.text(key) + style.colon + write(value, style)
    return `{${members}}`
  }
  return String(tree)
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
