// Reads types of lib/ as a reader sees them: each member with its type in plain words, its docstring, and the tags @default and @see.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))

function parse(path) {
  return ts.createSourceFile(path, readFileSync(root + path, 'utf8'), ts.ScriptTarget.Latest, true)
}

const files = [
  ...readdirSync(`${root}lib/model`, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `lib/model/${name}`),
  'lib/config/settings.ts',
  'lib/config/hooks.ts',
  'middleware/hosts/nodeTypes.ts',
]
/** Interfaces and type aliases by name. */
const types = new Map(
  files
    .flatMap((path) => parse(path).statements)
    .filter((node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
    .map((node) => [node.name.text, node]),
)

/**
 * The members of an interface, without those that it inherits. A member that is an object of options has them as `members`.
 * @param types what the interface's type parameters stand for, by name
 */
export function membersOf(name, parameters = {}) {
  return documented(types.get(name).members, parameters)
}

/** The members of the object in a constant, such as `{ code: 400 }`, with what their docstrings say. */
export function constantOf(path, name) {
  const [declaration] = parse(path)
    .statements.filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .filter((candidate) => candidate.name.text === name)
  return declaration.initializer.expression.properties.map(docstringOf)
}

function documented(members, parameters) {
  // An index signature, such as the one for a provider's parameters, has no name.
  return members
    .filter(({ name }) => name)
    .map((member) => {
      const options = member.type && optionsOf(member.type)
      return {
        ...docstringOf(member),
        type: typeText(member.type, parameters),
        ...(options ? { members: documented(options, parameters) } : {}),
      }
    })
}

function docstringOf(node) {
  const [docstring] = ts.getJSDocCommentsAndTags(node)
  const tags = Object.fromEntries(ts.getJSDocTags(node).map((tag) => [tag.tagName.text, oneLine(tag.getText().replace(/^@\w+/, ''))]))
  return { name: node.name.text, text: oneLine(ts.getTextOfJSDocComment(docstring?.comment) ?? ''), standard: tags.default, see: tags.see }
}

function oneLine(text) {
  return text
    .replace(/\n\s*\*?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The members of a type that is an object of options: all of them may be left out. */
function optionsOf(node) {
  if (ts.isTypeLiteralNode(node)) return node.members.every(isOptional) ? node.members : undefined
  if (!ts.isTypeReferenceNode(node)) return undefined
  if (node.typeName.text === 'Partial') return types.get(node.typeArguments[0].getText())?.members
  const declared = types.get(node.typeName.text)
  return declared && ts.isInterfaceDeclaration(declared) && declared.members.every(isOptional) ? declared.members : undefined
}

function isOptional({ questionToken }) {
  return questionToken !== undefined
}

const wrappers = new Set(['Partial', 'Readonly', 'Required'])

/** A type in the words of JavaScript: literals, `string`, `number`, `boolean`, `RegExp`, `object`, `function`, and lists of these. */
function typeText(node, parameters) {
  const text = (part) => typeText(part, parameters)
  if (ts.isUnionTypeNode(node)) return [...new Set(node.types.map(text))].join(' | ')
  if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return text(node.type)
  if (ts.isArrayTypeNode(node)) return `${text(node.elementType)}[]`
  if (ts.isFunctionTypeNode(node) || ts.isTypeQueryNode(node)) return 'function'
  if (ts.isLiteralTypeNode(node) || ['string', 'number', 'boolean'].includes(node.getText())) return node.getText()
  if (ts.isTypeLiteralNode(node) && !node.members.every(isOptional)) {
    return `{ ${node.members.map((member) => `${member.name.text}: ${text(member.type)}`).join(', ')} }`
  }
  if (!ts.isTypeReferenceNode(node)) return 'object'
  const name = parameters[node.typeName.getText()] ?? node.typeName.getText()
  if (wrappers.has(name)) return text(node.typeArguments[0])
  if (name === 'RegExp') return name
  const declared = types.get(name)
  if (!declared && name !== node.typeName.getText())
    throw new Error(`The type ${name} is in none of the files that scripts/docstrings.mjs reads.`)
  return declared && ts.isTypeAliasDeclaration(declared) ? text(declared.type) : 'object'
}
