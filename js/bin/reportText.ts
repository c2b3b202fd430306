import { cut } from '../src/error/cut.js'
import type { Report } from '../src/type/report.js'
import type { Hex } from '../src/type/wire.js'
import { table } from './table.js'
import { clean } from './terminal.js'

/** Returns a report as text. */
export function reportText(report: Report): string {
  const { status, gasUsed, gasLimit, fee, calls, assetChanges, approvalChanges, tokens } = report
  const limit = gasLimit === null ? '' : `, gas limit to sign with ${gasLimit.toLocaleString('en')}`
  const cost = `fee ${units(fee, 18)} ether`
  const parts = [`${status}, ${gasUsed.toLocaleString('en')} gas${limit}, ${cost}\n`]
  const rows = calls.map(({ status, gasUsed, failure }, index) => [
    `${index}`,
    { success: 'success', failure: 'failure', undone: 'undone', notRun: 'not executed' }[status],
    gasUsed.toString(),
    failure === null ? '' : why(failure),
  ])
  parts.push(table(['call', 'status', 'gas', ''], rows))
  const warnings = calls.flatMap((call, index) =>
    call.warnings.map(({ message }) => [`${index}`, clean(cut(message, MOST_TEXT))]),
  )
  if (warnings.length > 0) parts.push(table(['call', 'warning'], warnings))
  if (assetChanges.length > 0)
    parts.push(
      table(
        ['account', 'asset', 'before', 'after', 'change', ''],
        assetChanges.map((change) => assetRow(change, tokens)),
      ),
    )
  if (approvalChanges.length > 0)
    parts.push(
      table(
        ['owner', 'may be spent by', 'asset', 'before', 'after', ''],
        approvalChanges.map((change) => approvalRow(change, tokens)),
      ),
    )
  const created = calls.flatMap(({ contractsCreated }) => contractsCreated)
  if (created.length > 0)
    parts.push(
      table(
        ['created', 'by', 'bytes'],
        created.map(({ address, by, codeSize }) => [address, by, `${codeSize}`]),
      ),
    )
  return parts.join('\n')
}

type Tokens = Report['tokens']

function assetRow(change: Report.AssetChange, tokens: Tokens): string[] {
  const { account, asset, before, after, agrees, claimed } = change
  const decimals =
    asset.type === 'native' ? 18 : asset.type === 'erc20' ? decimalsOf(asset.token, tokens) : 0
  const show = (amount: bigint | null) => (amount === null ? '?' : units(amount, decimals))
  const name =
    asset.type === 'native'
      ? 'ether'
      : `${nameOf(asset.token, tokens)}${'tokenId' in asset ? ` #${asset.tokenId}` : ''}`
  const doubt = agrees ? '' : `but its events say ${show(claimed ?? 0n)}`
  const sign = change.change > 0n ? '+' : ''
  return [account, name, show(before), show(after), `${sign}${show(change.change)}`, doubt]
}

function approvalRow(change: Report.ApprovalChange, tokens: Tokens): string[] {
  const { before, after, agrees } = change
  const hasDecimals = change.type === 'erc20' || change.type === 'permit2'
  const decimals = hasDecimals ? decimalsOf(change.token, tokens) : 0
  const doubt = agrees ? '' : `but its event says ${grantText(change.claimed ?? null, decimals)}`
  const name = nameOf(change.token, tokens)
  const grants = [grantText(before, decimals), grantText(after, decimals), doubt]
  switch (change.type) {
    case 'erc20':
      return [change.owner, change.spender, name, ...grants]
    case 'erc6909':
      return [change.owner, change.spender, `${name} #${change.tokenId}`, ...grants]
    case 'permit2':
      return [change.owner, change.spender, `${name} (Permit2)`, ...grants]
    case 'forAll':
      return [change.owner, change.operator, `${name}, all`, ...grants]
    case 'erc721':
      return ['', '', `${name} #${change.tokenId}`, ...grants]
  }
}

/** Returns an approval as text: amounts from half of the greatest one on are unlimited. */
function grantText(grant: Report.ApprovalChange['before'], decimals: number): string {
  if (grant === null) return '?'
  if (typeof grant === 'boolean') return grant ? 'yes' : 'no'
  if (typeof grant === 'string') return /^0x0+$/.test(grant) ? 'nobody' : grant
  const [amount, limit] = typeof grant === 'bigint' ? [grant, 255n] : [grant.amount, 159n]
  const text = amount >= 1n << limit ? 'unlimited' : units(amount, decimals)
  if (typeof grant === 'bigint' || amount === 0n) return text
  const until = Number(grant.expiration) * 1000
  const isDate = until < 8.64e15
  return `${text} until ${isDate ? new Date(until).toISOString().slice(0, 19) : 'the end of time'}`
}

function nameOf(token: Hex, tokens: Tokens): string {
  const symbol = tokens[token]?.symbol
  return symbol === undefined || symbol === null
    ? token
    : `${clean(cut(symbol, MOST_TEXT))} ${token}`
}

/** Returns the decimals of a token, 0 where they are implausible. */
function decimalsOf(token: Hex, tokens: Tokens): number {
  const decimals = tokens[token]?.decimals ?? 0
  return decimals > 36 ? 0 : decimals
}

/** Returns an amount with its decimals. */
function units(amount: bigint, decimals: number): string {
  const sign = amount < 0n ? '-' : ''
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const rest = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return `${sign}${whole}${rest === '' ? '' : `.${rest}`}`
}

function why({ message, innermost }: Report.Failure): string {
  const text = clean(cut(message, MOST_TEXT))
  if (innermost === null || innermost.depth === 0) return text
  const { address, depth, reason } = innermost
  return `${text}; began ${depth} calls deep, in ${address ?? 'a creation'}: ${clean(cut(reason, MOST_TEXT))}`
}

/** Longest text of a contract, in characters. */
const MOST_TEXT = 200
