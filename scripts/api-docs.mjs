// Writes docs/api.md from the doc comments of what src/index.ts exports: functions, options, results, errors.
//   node scripts/api-docs.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { errorCodes } from '../dist/tooling.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = `${root}/docs/api.md`
const entry = `${root}/src/index.ts`
const { config } = ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile)
const { options } = ts.parseJsonConfigFileContent({ ...config, include: ['src'] }, ts.sys, root)
const program = ts.createProgram([entry], options)
const checker = program.getTypeChecker()
const exported = checker
  .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)))
  .map(symbol => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
const byName = new Map(exported.map(symbol => [symbol.name, symbol]))

const order = ['runRecipe', 'planRecipe', 'analyzeRecipe', 'openRecipe', 'defineRecipe', 'readSummary']
const jobs = ['showJobProgress', 'stopJob', 'listRunningJobs', 'watchJob']
const operators = ['defineMapper', 'defineFilter', 'defineDeduplicator', 'resolveExact', 'testOperator']
const pipelines = [
  'defineStage',
  'defineDocumentFilter',
  'defineDocumentModifier',
  'getAllFilePathsUnder',
  'remainingFiles',
]
const pipelineTypes = ['PipelineOptions', 'PipelineOutcome', 'PipelineProgress', 'ListFilesOptions', 'RemainingOptions']
const stageTypes = ['StageSpec', 'StageBody', 'StageContext', 'StageSettings', 'StageOutput', 'Resources', 'StageRetry']
const optionTypes = ['RunOptions', 'PlanOptions', 'JobPlaceOptions', 'StopOptions', 'TestOperatorOptions']
const resultTypes = [
  'RunReport',
  'Counts',
  'OperatorCounts',
  'Progress',
  'AnalysisReport',
  'RecipePlan',
  'JobView',
  'StopReport',
]
const specTypes = ['OperatorSpec', 'MapperSpec', 'FilterSpec', 'DeduplicatorSpec', 'OperatorContext', 'FilterContext']
const functions = exported.filter(({ flags }) => flags & ts.SymbolFlags.Function).map(({ name }) => name)
const unknown = functions.filter(name => ![...order, ...jobs, ...operators, ...pipelines].includes(name))
if (unknown.length > 0) throw new Error(`scripts/api-docs.mjs does not place ${unknown.join(', ')}`)

const text = `${[
  '# API',
  '',
  'Generated from the doc comments by `node scripts/api-docs.mjs`; do not edit. Every type that is named here is exported,',
  'and all of them are told of where they are declared, as an editor shows it. A recipe as an object has the keys of a',
  'recipe file ([recipes.md](recipes.md)); operators have the parameters of [operators.md](operators.md).',
  '',
  '## Recipes',
  '',
  ...order.flatMap(describeFunction),
  '## Jobs',
  '',
  ...jobs.flatMap(describeFunction),
  '## Operators of your own',
  '',
  ...operators.flatMap(describeFunction),
  '## Pipelines',
  '',
  'How they are used is told in [resumable-processing.md](resumable-processing.md), with the classes `Pipeline`, `Stage`,',
  '`CompositeStage`, the tasks and the stages that ship.',
  '',
  ...pipelines.flatMap(describeFunction),
  ...pipelineTypes.flatMap(describeType),
  ...stageTypes.flatMap(describeType),
  '## Options',
  '',
  ...optionTypes.flatMap(describeType),
  '## Results',
  '',
  ...resultTypes.flatMap(describeType),
  '## Definitions',
  '',
  ...specTypes.flatMap(describeType),
  '## Errors',
  '',
  'Each has a `name`, a `code` and a message that says what failed, where, and what to do. Compare codes rather than classes',
  'where an error may come from another copy of the package.',
  '',
  ...Object.entries(errorCodes).flatMap(([name, codes]) => [
    `### ${name}`,
    '',
    docOf(symbolOf(name)),
    '',
    '| code | |',
    '|---|---|',
    ...Object.entries(codes).map(([code, meaning]) => `| ${codesIn(code)} | ${cell(meaning)} |`),
    '',
  ]),
].join('\n')}`.replace(/\n+$/, '\n')

if (process.argv.includes('--check')) {
  let written = ''
  try {
    written = readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  if (written !== text) {
    console.error('docs/api.md is stale: run node scripts/api-docs.mjs')
    process.exit(1)
  }
} else writeFileSync(file, text)

function symbolOf(name) {
  const symbol = byName.get(name)
  if (symbol === undefined) throw new Error(`src/index.ts does not export ${name}`)
  return symbol
}

function docOf(symbol) {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).replaceAll('\n', ' ')
}

function tagsOf(symbol, name) {
  return symbol
    .getJsDocTags(checker)
    .filter(tag => tag.name === name)
    .map(tag => ts.displayPartsToString(tag.text))
}

function describeFunction(name) {
  const symbol = symbolOf(name)
  const [example] = tagsOf(symbol, 'example')
  if (example === undefined) throw new Error(`${name} has no @example`)
  const [signature] = checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration).getCallSignatures()
  const declared = signature.declaration
  const params = declared.parameters.map(parameter => parameterText(parameter)).join(', ')
  const lines = [
    `### ${name}`,
    '',
    '```ts',
    `${name}(${params}): ${declared.type.getText()}`,
    '```',
    '',
    docOf(symbol),
    '',
  ]
  for (const tag of tagsOf(symbol, 'param')) {
    const [, param, , meaning] = /^(\S+)(\s+-)?\s+([\s\S]*)$/.exec(tag) ?? []
    lines.push(`- \`${param}\`: ${meaning.replaceAll('\n', ' ')}`)
  }
  for (const tag of tagsOf(symbol, 'returns')) lines.push(`- returns ${tag.replaceAll('\n', ' ')}`)
  for (const tag of tagsOf(symbol, 'throws')) {
    const [, type, when] = /^\{?(\w+)\}?\s*([\s\S]*)$/.exec(tag) ?? []
    lines.push(`- throws \`${type}\` ${when.replaceAll('\n', ' ')}`)
  }
  return [...lines, '', '```ts', example, '```', '']
}

function parameterText(parameter) {
  const optional = (parameter.questionToken ?? parameter.initializer) ? '?' : ''
  const name = ts.isIdentifier(parameter.name) ? parameter.name.text : 'options'
  return `${name}${optional}: ${parameter.type.getText().replace(/\s+/g, ' ')}`
}

function describeType(name) {
  const symbol = symbolOf(name)
  const members = checker.getDeclaredTypeOfSymbol(symbol).getProperties()
  const bare = members.filter(member => docOf(member) === '').map(member => member.name)
  if (bare.length > 0) throw new Error(`${name} does not say what ${bare.join(', ')} is`)
  return [
    `### ${name}`,
    '',
    docOf(symbol),
    '',
    '| member | type | |',
    '|---|---|---|',
    ...members.map(member => {
      const [declaration] = member.declarations
      const optional = member.flags & ts.SymbolFlags.Optional ? '?' : ''
      return `| \`${member.name}${optional}\` | ${typeText(declaration)} | ${cell(docOf(member))} |`
    }),
    '',
  ]
}

function typeText(declaration) {
  if (ts.isMethodSignature(declaration))
    return `\`(${cell(declaration.parameters.map(p => p.getText()).join(', '))}) => ${cell(declaration.type.getText())}\``
  const written = declaration.type?.getText().replace(/\s+/g, ' ') ?? ''
  return written === '' ? '' : `\`${cell(written)}\``
}

function codesIn(codes) {
  return codes
    .split(', ')
    .map(code => (code === '…' ? code : `\`${code}\``))
    .join(', ')
}

function cell(content) {
  return content.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
