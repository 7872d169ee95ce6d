import { expect, it } from 'vitest'
import { clip, escapeText, html, verbatim } from './html.js'

it('escapes every text that is put into a template, in content and in attributes', () => {
  const name = `<script>alert("1")</script>&'`
  expect(html`<p title="${name}">${name}</p>`.markup).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;">' +
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</p>',
  )
})

it('takes markup, lists, numbers and nothing', () => {
  const cells = ['a<b', 2, false, undefined, html`<i>${'&'}</i>`, verbatim('<b>c</b>')] as const
  expect(html`${cells}`.markup).toBe('a&lt;b2<i>&amp;</i><b>c</b>')
})

it('keeps the line ends of what is put in, and drops the indentation of templates', () => {
  expect(
    html`<pre>${'if x:\n    y'}</pre>
      <p></p>`.markup,
  ).toBe('<pre>if x:\n    y</pre>\n<p></p>')
})

it('shows characters that markup cannot hold, or that turn the direction of text, as replaced', () => {
  expect(escapeText('a\u0000b\u001bc\ud800d\u202ee')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde')
  expect(escapeText('😀 日本 grün')).toBe('😀 日本 grün')
})

it('cuts long texts between characters', () => {
  expect(clip('a  b\nc')).toBe('a b c')
  expect(clip('😀'.repeat(500), 4)).toBe('😀😀😀…')
  expect(clip('x'.repeat(1e6))).toHaveLength(160)
})
