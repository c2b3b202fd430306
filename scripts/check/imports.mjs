// Imports of a Rust crate, read from its `use` declarations and paths.

/** Text of a Rust file without comments, strings and the modules that only tests compile. */
export function withoutProse(text) {
  const code = text
    .replace(/\/\/[^\n]*/g, '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/"(?:[^"\\]|\\[\s\S])*"/g, '""')
  const tests = code.search(/#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*mod \w+ \{/)
  return tests === -1 ? code : code.slice(0, tests)
}

/** Names of the modules of `text` that only tests compile and that have files of their own. */
export function testModulesOf(text) {
  const code = text.replace(/\/\/[^\n]*/g, '')
  const found = code.matchAll(
    /#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?mod (\w+);/g,
  )
  return [...found].map((match) => match[1])
}

/** Paths of a `use` tree, flattened: `a::{b, c::d}` gives `a::b` and `a::c::d`. */
export function flattenUse(tree) {
  const open = tree.indexOf('{')
  if (open === -1) return [tree.trim()]
  const [prefix, inner] = [tree.slice(0, open), tree.slice(open + 1, tree.lastIndexOf('}'))]
  const parts = []
  let [depth, start] = [0, 0]
  for (let i = 0; i <= inner.length; i++) {
    if (inner[i] === '{') depth++
    if (inner[i] === '}') depth--
    if (i < inner.length && (inner[i] !== ',' || depth > 0)) continue
    const part = inner.slice(start, i).trim()
    if (part !== '') parts.push(part)
    start = i + 1
  }
  return parts.flatMap((part) => flattenUse((prefix + part).replace(/\s+/g, ' ')))
}

/** Module, from the crate's root, of the file at `path` below `src`: `vm/mod.rs` is `['vm']`. */
export function moduleOf(path) {
  const parts = path.replace(/\.rs$/, '').split('/')
  if (['mod', 'lib', 'main'].includes(parts.at(-1))) parts.pop()
  return parts
}

/**
 * Paths that `text`, the file of `module`, imports from its own crate, and those that it re-exports: names from the
 * crate's root on, and `alias` where a re-export has another name.
 */
export function pathsOf(text, module) {
  const code = withoutProse(text)
  const declaration = /\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);/g
  const uses = [...code.matchAll(declaration)].flatMap(([, exported, tree]) =>
    flattenUse(tree.replace(/\s+/g, ' ')).map((path) => ({ exported, path })),
  )
  const inline = [...code.replace(declaration, '').matchAll(/\b(?:crate|super)(?:::\w+)+/g)]
  const read = (path) => {
    const [plain, alias] = path.split(/\s+as\s+/)
    const names = plain.split('::').map((name) => name.trim())
    let from = module
    if (names[0] === 'crate') from = []
    else if (names[0] === 'super') {
      while (names[0] === 'super') {
        from = from.slice(0, -1)
        names.shift()
      }
      return { names: [...from, ...names], alias: alias ?? names.at(-1) }
    } else if (names[0] !== 'self') return { names: [...from, ...names], alias, isRelative: true }
    return { names: [...from, ...names.slice(1)], alias: alias ?? names.at(-1) }
  }
  const all = uses.map(({ exported, path }) => ({ exported, ...read(path) }))
  return {
    exports: all
      .filter(({ exported }) => exported)
      .map(({ names, alias }) => ({ names, alias: alias ?? names.at(-1) })),
    imports: [
      ...all.filter(({ isRelative }) => !isRelative).map(({ names }) => names),
      ...inline.map(([path]) => read(path).names),
    ],
  }
}

/**
 * Arrows between the files of a crate: `{ from, to }`, each `{ path, module }`. `files` maps paths below `src` to texts.
 * An import of a re-export is an arrow to the file where the thing stands.
 */
export function arrowsOf(files) {
  const modules = new Map()
  for (const [path, text] of files) {
    const module = moduleOf(path)
    modules.set(module.join('::'), { path, module, text, ...pathsOf(text, module) })
  }
  for (const { module, text } of [...modules.values()]) {
    for (const name of testModulesOf(text)) {
      const prefix = [...module, name].join('::')
      for (const key of [...modules.keys()]) {
        if (key === prefix || key.startsWith(`${prefix}::`)) modules.delete(key)
      }
    }
  }
  const find = (names, depth = 0) => {
    for (let length = names.length; length >= 0; length--) {
      const found = modules.get(names.slice(0, length).join('::'))
      if (found === undefined) continue
      const item = names[length]
      if (item === undefined || depth > 8) return found
      for (const { names: target, alias } of found.exports) {
        if (alias !== item && alias !== '*') continue
        const next = alias === '*' ? [...target.slice(0, -1), item] : target
        if (next.join('::') === names.slice(0, length + 1).join('::')) continue
        const stands = find(next, depth + 1)
        if (stands !== undefined && stands !== modules.get('')) return stands
      }
      return found
    }
    return undefined
  }
  return [...modules.values()].flatMap((from) =>
    from.imports
      .map((names) => find(names))
      .filter((to) => to !== undefined && to !== from)
      .map((to) => ({ from, to })),
  )
}
