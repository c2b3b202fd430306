import { readFileSync } from 'node:fs'

/**
 * Returns the public API as text: a line for each export of `index.d.ts` and for each member of its namespace, with
 * the keys of object types.
 *
 * Reads the declarations that the compiler emits: one file for each module, indented by four spaces.
 */
export function publicApi(index: URL): string {
  const exports = [...readFileSync(index, 'utf8').matchAll(EXPORT)]
  const lines = exports.flatMap(([, type, names = '', file = '']) => {
    const url = new URL(file.replace(/\.js$/, '.d.ts'), index)
    const text = withoutComments(readFileSync(url, 'utf8'))
    const own = names.split(/,\s*/).filter((name) => name !== '')
    return own.flatMap((name) => linesOf(name, type === undefined, text, url))
  })
  return lines.sort().join('\n')
}

const EXPORT = /^export (type )?\{ ([^}]+?) \} from '([^']+)';$/gm

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '')
}

function linesOf(name: string, isValue: boolean, text: string, url: URL): string[] {
  const lines: string[] = []
  const value = new RegExp(
    `^export declare (?:abstract )?(class|function|const) ${name}\\b(.*)$`,
    'm',
  )
  const [, kind, rest = ''] = value.exec(text) ?? []
  if (kind !== undefined && isValue) {
    const base =
      kind === 'class' ? `${/ extends \w+/.exec(rest)?.[0]}${keysOf(bodyOf(text, name), 1)}` : ''
    lines.push(`${name}: ${kind}${base}`)
  }
  const type = declarationOf(text, name, 0)
  if (type !== undefined) lines.push(`${name}: type${shapeOf(type, 1, url)}`)
  const space = new RegExp(`^export declare namespace ${name} \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(
    text,
  )
  for (const [, member = ''] of (space?.[1] ?? '').matchAll(/^ {4}type (\w+)/gm)) {
    const inner = declarationOf(space?.[1] ?? '', member, 1) ?? ''
    lines.push(`${name}.${member}: type${shapeOf(inner, 2, url)}`)
  }
  if (lines.length === 0) throw new Error(`${url} does not declare ${name}`)
  return lines
}

/** Returns the right side of a type alias at a level of indentation. */
function declarationOf(text: string, name: string, level: number): string | undefined {
  const indent = ' '.repeat(4 * level)
  const start = `^${indent}(?:export )?type ${name}(?:<.*?>)? =`
  // The next line that is not indented further begins another declaration, or ends this one.
  return new RegExp(
    `${start}([\\s\\S]*?)(?=^${indent}(?:export|type|\\w|$)|^${indent}\\}[^ &|]*$|(?![\\s\\S]))`,
    'm',
  ).exec(text)?.[1]
}

function bodyOf(text: string, name: string): string {
  return new RegExp(`class ${name}\\b[^\\n]*\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(text)?.[1] ?? ''
}

function shapeOf(type: string, level: number, url: URL): string {
  const wire = /^ wire\.(\w+)(\[\])?;/.exec(type)
  if (wire === null) return keysOf(type, level)
  const text = withoutComments(readFileSync(new URL('wire.d.ts', url), 'utf8'))
  return keysOf(declarationOf(text, wire[1] ?? '', 0) ?? '', 1)
}

/** Returns the keys at a level of indentation, each once. */
function keysOf(body: string, level: number): string {
  const key = new RegExp(`^ {${4 * level}}(?:readonly |get )?'?(\\w+)'?\\??[:(<]`, 'gm')
  const keys = [...body.matchAll(key)]
    .map(([, name]) => name)
    .filter((name) => name !== 'constructor')
  return keys.length === 0 ? '' : ` { ${[...new Set(keys)].join(', ')} }`
}
