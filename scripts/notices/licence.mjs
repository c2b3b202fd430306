// Licence expressions (SPDX), and the texts that belong to them.

/** Words that only the text of the licence has. */
const marks = {
  MIT: /Permission is hereby granted, free of charge/,
  'Apache-2.0': /Apache License\s+Version 2\.0/,
  'BSD-2-Clause': /Redistribution and use in source and binary forms/,
  'BSD-3-Clause': /Redistribution and use in source and binary forms[\s\S]*(endorse|promote)/,
  ISC: /Permission to use, copy, modify, and(\/or)? distribute/,
  Zlib: /provided 'as-is'/,
  'Unicode-3.0': /UNICODE LICENSE V3/,
  '0BSD': /Permission to use, copy, modify, and\/or distribute/,
  'CC0-1.0': /CC0 1\.0 Universal/,
  Unlicense: /free and unencumbered software/,
}

/** Whether `text` is that of the licence `id`. */
export function textHas(text, id) {
  return marks[id]?.test(text) ?? false
}

/**
 * Returns the licences that are taken of an expression: of a choice the one that comes first in `allowed`,
 * of several that all hold each.
 *
 * @throws where none that is allowed is enough.
 */
export function choose(expression, allowed) {
  // `MIT/Apache-2.0` is how crates wrote a choice.
  const words = expression.replace(/\//g, ' OR ').match(/[()]|[^\s()]+/g) ?? []
  let at = 0
  const rank = (taken) => Math.max(...taken.map((id) => allowed.indexOf(id)))
  const either = () => {
    const choices = [both()]
    while (words[at] === 'OR') {
      at += 1
      choices.push(both())
    }
    const possible = choices.filter((taken) => taken.every((id) => allowed.includes(id)))
    if (possible.length === 0) return choices[0]
    return possible.reduce((best, taken) => (rank(taken) < rank(best) ? taken : best))
  }
  const both = () => {
    const taken = one()
    while (words[at] === 'AND') {
      at += 1
      taken.push(...one())
    }
    return taken
  }
  const one = () => {
    if (words[at] === '(') {
      at += 1
      const inner = either()
      at += 1
      return [...inner]
    }
    let id = words[at] ?? ''
    at += 1
    if (words[at] === 'WITH') {
      id += ` WITH ${words[at + 1]}`
      at += 2
    }
    return [id]
  }
  const taken = either()
  if (at !== words.length || !taken.every((id) => allowed.includes(id)))
    throw new Error(`the licence ${JSON.stringify(expression)} is not allowed by deny.toml`)
  return [...new Set(taken)]
}
