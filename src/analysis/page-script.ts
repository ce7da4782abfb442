/**
 * What makes the page's bounds movable, in the reader's browser: the share that they drop, the texts beside them and the
 * recipe's entry follow. It needs nothing but the page, which says the same without it.
 */
export const pageScript = `
'use strict'
const width = 640
const number = value => {
  const size = Math.abs(value)
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  return size >= 100 ? value.toFixed(1) : size >= 1 ? value.toFixed(2) : Number(value.toPrecision(3)).toString()
}
const percent = share => (share > 0 && share < 0.001 ? '< 0.1' : (share * 100).toFixed(1)) + ' %'

for (const section of document.querySelectorAll('.filter')) {
  const params = JSON.parse(section.dataset.params)
  const writeYaml = () => {
    const entries = Object.entries(params).filter(([, value]) => value !== undefined)
    const lines = entries.map(([key, value]) => '    ' + key + ': ' + JSON.stringify(value))
    section.querySelector('pre').textContent = ['- ' + section.dataset.name + (lines.length ? ':' : ''), ...lines].join('\\n')
  }
  writeYaml()
  const button = section.querySelector('button')
  button.onclick = async () => {
    const pre = section.querySelector('pre')
    try {
      await navigator.clipboard.writeText(pre.textContent + '\\n')
    } catch {
      getSelection().selectAllChildren(pre)
      document.execCommand('copy')
    }
    button.textContent = 'Copied'
    setTimeout(() => (button.textContent = 'Copy'), 1500)
  }
  for (const block of section.querySelectorAll('.statistic')) followBounds(block, params, writeYaml)
}

function followBounds(block, params, writeYaml) {
  const { curve, texts, count, reversed, alone } = JSON.parse(block.dataset.curve)
  const svg = block.querySelector('svg')
  const from = Number(svg.dataset.from)
  const to = Number(svg.dataset.to)
  const isLog = svg.dataset.scale === 'log'
  const isInteger = svg.dataset.integer === 'true'
  const guide = svg.querySelector('.guide')
  const read = block.querySelector('.read')
  const bounds = [...svg.querySelectorAll('.bound')].map(node => ({
    node,
    param: node.dataset.param,
    kind: node.dataset.kind,
    value: node.dataset.value === '' ? undefined : Number(node.dataset.value),
  }))

  /** The share of the samples below a value, or at most as large. */
  const shareBelow = (value, isInclusive) => {
    let low = 0
    let high = curve.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (curve[middle] < value || (isInclusive && curve[middle] === value)) low = middle + 1
      else high = middle
    }
    if (low === 0) return 0
    if (low === curve.length) return 1
    const [before, after] = [curve[low - 1], curve[low]]
    const part = after === before ? 0 : Math.min(1, Math.max(0, (value - before) / (after - before)))
    return (low - 1 + (isInteger ? 0.5 : part)) / (curve.length - 1)
  }
  const valueAt = x => {
    const share = Math.min(1, Math.max(0, x / width))
    const value = isLog ? from * (to / from) ** share : from + (to - from) * share
    return isInteger ? Math.round(value) : Number(value.toPrecision(3))
  }
  const placeOf = value => {
    const share = to === from ? 0.5 : isLog ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from)
    return Math.min(1, Math.max(0, share)) * width
  }
  const dropped = () => {
    const min = bounds.find(({ kind }) => kind === 'min')?.value
    const max = bounds.find(({ kind }) => kind === 'max')?.value
    const outside = (min === undefined ? 0 : shareBelow(min, false)) + (max === undefined ? 0 : 1 - shareBelow(max, true))
    return Math.min(1, Math.max(0, reversed ? 1 - outside : outside))
  }
  const say = () => {
    if (bounds.length === 0) return
    const isExact = alone !== undefined && !hasMoved
    const share = isExact ? alone / count : dropped()
    read.innerHTML = ''
    const strong = document.createElement('b')
    strong.textContent = 'drops ' + percent(share)
    read.append(strong, (isExact ? ', ' : ', about ') + Math.round(share * count).toLocaleString('en-US') + ' of ' + count.toLocaleString('en-US') + ' samples')
  }
  const showTexts = ({ kind, value }) => {
    const box = block.querySelector('.texts')
    box.textContent = ''
    if (value === undefined || texts.length === 0) return
    const below = texts.filter(one => one.value < value || (kind === 'max' && one.value === value)).slice(-2)
    const above = texts.filter(one => one.value > value || (kind === 'min' && one.value === value)).slice(0, 2)
    for (const [side, list] of [['min', below], ['max', above]]) {
      const column = document.createElement('div')
      if ((side === kind) !== reversed) column.className = 'gone'
      for (const { value: measured, text } of list) {
        const line = document.createElement('p')
        const head = document.createElement('b')
        head.textContent = number(measured) + '  '
        line.append(head, text)
        column.append(line)
      }
      if (list.length === 0) column.append('no sample on this side')
      box.append(column)
    }
  }
  const place = bound => {
    const { node, kind, param, value } = bound
    const x = value === undefined ? (kind === 'min' ? 0 : width) : placeOf(value)
    const label = node.querySelector('text')
    const isLeft = kind === 'max' ? x > 150 : x > width - 150
    label.textContent = param + ' ' + (value === undefined ? 'off' : number(value))
    label.setAttribute('x', isLeft ? -5 : 5)
    label.setAttribute('text-anchor', isLeft ? 'end' : 'start')
    node.setAttribute('transform', 'translate(' + x + ' 0)')
    node.setAttribute('aria-valuetext', label.textContent)
    node.classList.toggle('off', value === undefined)
  }
  let hasMoved = false
  const move = (bound, value) => {
    bound.value = value
    hasMoved = true
    params[bound.param] = value
    place(bound)
    say()
    showTexts(bound)
    writeYaml()
  }
  const xOf = event => {
    const box = svg.getBoundingClientRect()
    return ((event.clientX - box.left) / box.width) * width
  }
  for (const bound of bounds) {
    place(bound)
    const { node, kind } = bound
    node.addEventListener('pointerdown', event => {
      event.preventDefault()
      node.setPointerCapture(event.pointerId)
      node.focus()
      node.onpointermove = moved => {
        const x = xOf(moved)
        const isOff = kind === 'min' ? x <= 0 : x >= width
        move(bound, isOff ? undefined : valueAt(x))
      }
    })
    const release = () => (node.onpointermove = null)
    node.addEventListener('pointerup', release)
    node.addEventListener('pointercancel', release)
    node.addEventListener('keydown', event => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }[event.key]
      if (step === undefined) return
      event.preventDefault()
      const at = placeOf(bound.value ?? (kind === 'min' ? from : to))
      let next = valueAt(at + step * 4)
      if (isInteger && next === bound.value) next += Math.sign(step)
      move(bound, next)
    })
    node.addEventListener('focus', () => showTexts(bound))
  }
  svg.addEventListener('pointermove', event => {
    // A bound that is being moved says what it drops.
    if (bounds.some(({ node }) => node.onpointermove)) return
    const x = xOf(event)
    guide.setAttribute('x1', x)
    guide.setAttribute('x2', x)
    guide.setAttribute('visibility', 'visible')
    const value = valueAt(x)
    read.textContent = number(value) + ': ' + percent(shareBelow(value, false)) + ' lie below, ' + percent(1 - shareBelow(value, true)) + ' above'
  })
  svg.addEventListener('pointerleave', () => {
    guide.setAttribute('visibility', 'hidden')
    say()
  })
  say()
  showTexts(bounds.find(({ value }) => value !== undefined) ?? {})
}
`
