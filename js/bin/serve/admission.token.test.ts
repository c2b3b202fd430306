import { describe, expect, test } from 'vitest'
import { decideRequest } from './admission.js'
import { both, head, outcome, RULES, upgrade } from './admission.testkit.js'

describe('a token', () => {
  const rules = { token: 'a+b/c=&?' }

  test.each([
    ['Bearer a+b/c=&?', 'admission'],
    ['bearer   a+b/c=&?', 'admission'],
    [undefined, 401],
    ['', 401],
    ['Bearer', 401],
    ['Bearer ', 401],
    ['Bearer a+b/c=&', 401],
    ['Bearer a+b/c=&?x', 401],
    ['Bearer A+B/C=&?', 401],
    ['Bearer a+b/c=&? x', 401],
    ['Basic a+b/c=&?', 401],
    ['a+b/c=&?', 401],
    [['Bearer a+b/c=&?', 'Bearer x'], 401],
    [['Bearer a+b/c=&?', 'Bearer a+b/c=&?'], 401],
  ])('as the header %j has the outcome %s', (authorization, expected) => {
    expect(both(rules, { authorization })).toBe(expected)
  })

  test.each([
    ['/?token=a%2Bb%2Fc%3D%26%3F', 'admission'],
    ['/?token=a+b/c=%26?', 'admission'],
    ['/?x=y&token=a+b/c=%26?', 'admission'],
    ['/?token=', 401],
    ['/?token=x', 401],
    ['/?Token=a+b/c=%26?', 401],
    ['/?token=a+b/c=%26?&token=x', 401],
    ['/?', 401],
  ])('in the URL %s has the outcome %s', (url, expected) => {
    expect(outcome(rules, {}, 'POST', url)).toBe(expected)
    expect(upgrade(rules, {}, url)).toBe(expected)
  })

  test('in the URL is ignored beside one in the header', () => {
    expect(outcome(rules, { authorization: 'Bearer x' }, 'POST', '/?token=a+b/c=%26?')).toBe(401)
  })

  test('does not admit a page that is refused without it', () => {
    const authorization = 'Bearer a+b/c=&?'
    expect(both(rules, { authorization, origin: 'https://evil.example' })).toBe(403)
    expect(both(rules, { authorization, host: 'evil.example' })).toBe(403)
  })

  test('that is missing is requested', () => {
    const decision = decideRequest({ ...RULES, ...rules }, head())
    expect(decision).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
  })
})
