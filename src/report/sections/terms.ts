/** The five words that a page on the inner workings of a network cannot do without, and how its parts refer to them. */
import { html, type Markup } from '../html.js'

const meanings = {
  encoder: 'The first half of the network: it turns the features of a row into a code of a few numbers.',
  'latent space':
    'All the codes there can be. Each number of a code is a latent unit; rows that are alike lie close together.',
  decoder: 'The second half: it rebuilds the features of a row from its code alone.',
  loss: 'One number for how badly rows are rebuilt, with what the kind adds to it. Training makes it smaller.',
  backpropagation:
    'How training finds which way to move each weight: from the loss backwards, layer by layer. What arrives at a layer is its gradient.',
} as const

type Term = keyof typeof meanings

const anchor = (name: Term): string => `term-${name.replace(' ', '-')}`

/** A word that leads to what it means. */
export function term(name: Term, written: string = name): Markup {
  return html`<a href="#${anchor(name)}">${written}</a>`
}

/** The words and what they mean. */
export function termList(): Markup {
  return html`<div class="panel">
    <h3>Five words</h3>
    <dl class="terms">
      ${(Object.keys(meanings) as Term[]).map(
        (name) =>
          html`<div id="${anchor(name)}">
            <dt>${name}</dt>
            <dd>${meanings[name]}</dd>
          </div>`,
      )}
    </dl>
  </div>`
}
