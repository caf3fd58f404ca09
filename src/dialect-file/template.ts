import { toTree } from '../wires/json/convert.js'
import { writeJson } from '../wires/json/write.js'

/** A text with `{name}` placeholders. */
export type Template = {
  /** the names of its placeholders */
  readonly names: readonly string[]
  /** Fills in the values: strings unchanged, null as the empty string, anything else as JSON. */
  fill(values: Readonly<Record<string, unknown>>): string
}

/** Parses a template; `{{` and `}}` are literal braces. Undefined when a brace is unmatched. */
export function parseTemplate(text: string): Template | undefined {
  const marks = [...text.matchAll(MARK)]
  if (marks.some(([mark]) => mark.length === 1)) return undefined
  return {
    names: marks.flatMap(([, name]) => name ?? []),
    fill: values => text.replace(MARK, (mark, name?: string) => (name === undefined ? mark[0]! : textOf(values[name]))),
  }
}

const MARK = /\{\{|\}\}|\{(\w+)\}|[{}]/g

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null || value === undefined ? '' : writeJson(toTree(value))
}
