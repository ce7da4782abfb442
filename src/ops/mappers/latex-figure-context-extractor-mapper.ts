import { z } from 'zod'
import type { Sample } from '../../core/sample.js'
import { defineMapper } from '../define.js'
import { text } from '../params.js'
import { cites, type Figure, figuresOf, paragraphsOf } from '../text/latex/figures.js'

/** Makes a sample of each figure of a LaTeX document, with the paragraphs that refer to it (Data-Juicer). */
export const latexFigureContextExtractorMapper = defineMapper({
  name: 'latex_figure_context_extractor_mapper',
  summary: 'Makes a sample of each figure of a LaTeX document; documents without figures go.',
  params: {
    citation_commands: z
      .array(z.string())
      .nullable()
      .default(null)
      .describe('Commands that refer to a figure; by default \\ref, \\cref, \\Cref and \\autoref.'),
    paragraph_separator: text('\n\n').describe('What parts paragraphs.'),
    image_key: text('images').describe('Field for the paths of the images.'),
    caption_key: text('caption').describe('Field for the caption.'),
    label_key: text('label').describe('Field for the label.'),
    context_key: text('citing_paragraphs').describe('Field for the paragraphs that refer to the figure.'),
    parent_caption_key: text('parent_caption').describe('Field for the caption of the figure that a part belongs to.'),
    parent_label_key: text('parent_label').describe('Field for the label of that figure.'),
  },
  example: {
    params: {},
    cases: [
      {
        before: {
          text: '\\begin{figure}\n\\includegraphics{rope.png}\n\\caption{A rope.}\n\\label{fig:rope}\n\\end{figure}\n\nFigure \\ref{fig:rope} shows a rope.',
        },
        after: [
          {
            caption: 'A rope.',
            images: ['rope.png'],
            label: 'fig:rope',
            citing_paragraphs: ['Figure \\ref{fig:rope} shows a rope.'],
            parent_caption: '',
            parent_label: '',
          },
        ],
      },
    ],
  },
  create(params, { textKey }) {
    const commands = params.citation_commands ?? ['\\ref', '\\cref', '\\Cref', '\\autoref']
    const names = commands.map(command => command.replace(/^\\+/, ''))
    return {
      map(sample) {
        const source = sample.text(textKey)
        const paragraphs = paragraphsOf(source, params.paragraph_separator ?? '\n\n')
        const citing = (label: string) =>
          label === '' ? [] : paragraphs.filter(paragraph => cites(paragraph, label, names))
        const made: Sample[] = []
        const add = (figure: Figure, context: readonly string[], parent?: Figure) => {
          const row = sample.fork(made.length)
          row.set([params.caption_key ?? ''], figure.caption)
          row.set([params.image_key ?? ''], figure.images)
          row.set([params.label_key ?? ''], figure.label)
          row.set([params.context_key ?? ''], context)
          row.set([params.parent_caption_key ?? ''], parent?.caption ?? '')
          row.set([params.parent_label_key ?? ''], parent?.label ?? '')
          made.push(row)
        }
        for (const figure of figuresOf(source)) {
          const whole = citing(figure.label)
          if (figure.parts.length === 0) add(figure, whole)
          for (const part of figure.parts) add(part, [...new Set([...whole, ...citing(part.label)])], figure)
        }
        return made
      },
    }
  },
})
