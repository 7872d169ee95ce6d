/**
 * The look of the report: colours for light and dark, layout from 400 pixels up, print. Blue and orange stay apart
 * for every kind of colour vision; colour is never the only sign. The markup is in sections/.
 */

/** Colours that charts and page share, by name; every text colour has a contrast of 4.5 or more on `paper`. */
const light =
  '--paper:#ffffff;--ground:#f5f5f2;--ink:#1d2327;--soft:#566067;--line:#d9dcd8;--quiet:#7d878d;' +
  '--normal:#1f6fb2;--anomaly:#c2500a;--tint:#fbeee4'
const dark =
  '--paper:#1c2126;--ground:#13171b;--ink:#e9ecee;--soft:#a8b2b9;--line:#373f46;--quiet:#8a959d;' +
  '--normal:#62aaee;--anomaly:#ff9f5a;--tint:#38291e'

/** Generic fonts, those of the machine first. */
export const fontStack = 'system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif'

/** Custom properties for light and dark, to be put on `selector`. */
export function paletteFor(selector: string): string {
  return `${selector}{${light}}@media (prefers-color-scheme:dark){${selector}{${dark}}}@media print{${selector}{${light}}}`
}

/** One of the colours, for pictures that stand without a style sheet. @param name such as `ink` */
export function colourOf(theme: 'light' | 'dark', name: string): string {
  return new RegExp(`--${name}:(#[0-9a-f]{6})`).exec(theme === 'dark' ? dark : light)![1]!
}

/** The same, where a person can choose: `data-theme` on the root wins over what the machine prefers, except on paper. */
export const chosenPalette = `:root[data-theme=light]{color-scheme:light;${light}}:root[data-theme=dark]{color-scheme:dark;${dark}}@media print{:root[data-theme]{color-scheme:light;${light}}}`

/** Shapes and texts inside of pictures, on the page and on their own. */
export const drawingStyle = `.chart,.position{font:12px ${fontStack};font-variant-numeric:tabular-nums}
.chart text{white-space:pre}
.chart .soft,.position text{fill:var(--soft)}
.axis{stroke:var(--quiet);stroke-width:1.5;fill:none}
.gap{fill:var(--paper)}
.band{fill:var(--normal);fill-opacity:.28}
.expected{fill:var(--paper);stroke:var(--normal);stroke-width:2}
.value{fill:var(--anomaly);stroke:var(--paper);stroke-width:2}`

/** The style sheet of the page. */
export const pageStyle = `${paletteFor(':root')}
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 ${fontStack};overflow-wrap:anywhere}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 20px}
header{padding-top:40px}
section,footer{margin-top:44px}
footer{padding-bottom:56px}
h1{font-size:clamp(1.6rem,1.1rem + 2.2vw,2.5rem);line-height:1.18;margin:6px 0 14px;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.3rem;margin:0 0 6px;letter-spacing:-.01em}
h3{font-size:1rem;margin:0 0 6px}
p{margin:0 0 12px;max-width:72ch}
.soft,figcaption,caption{color:var(--soft)}
.eyebrow{color:var(--soft);font-size:.9rem;margin:0}
.lead{font-size:1.08rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(148px,1fr));gap:1px;margin:24px 0 0;padding:0;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.facts div{background:var(--paper);padding:14px 16px}
.facts dt{color:var(--soft);font-size:.84rem}
.facts dd{margin:0;font-size:1.36rem;font-weight:650;font-variant-numeric:tabular-nums}
.panel{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:20px;margin:0;min-width:0}
.panel p:last-child{margin-bottom:0}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:20px}
figure{margin:0}
figcaption{font-size:.9rem;margin-top:10px}
.chart{display:block;width:100%;height:auto;overflow:visible}
.narrow{display:none}
.key{display:inline-flex;align-items:center;gap:6px;margin-right:16px}
.keys .key{margin:0}
.key svg{flex:none}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,500px),1fr));gap:18px;margin:14px 0 0;padding:0;list-style:none}
.card{background:var(--paper);border:1px solid var(--line);border-top:3px solid var(--anomaly);border-radius:10px;padding:16px 20px 18px;break-inside:avoid;min-width:0}
.card.below{border-top-color:var(--quiet)}
.card header{padding:0;max-width:none;display:flex;flex-wrap:wrap;gap:0 14px;align-items:baseline;margin-bottom:6px}
.card h3{font-size:1.1rem;margin:0}
.card .meta{color:var(--soft);font-size:.88rem;margin:0}
.card>p{margin-bottom:10px}
.badge{border:1px solid var(--quiet);border-radius:99px;padding:0 8px;font-size:.8rem;color:var(--soft)}
.parts{list-style:none;margin:0;padding:0}
.parts li{padding-top:10px;margin-top:10px;border-top:1px solid var(--line)}
.part{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 16px;font-size:.92rem;margin-bottom:4px}
.part b{font-weight:650}
.part span{color:var(--soft);font-variant-numeric:tabular-nums}
a{color:inherit;text-decoration:underline dotted;text-underline-offset:3px}
.below{margin-top:20px}
.small{font-size:.9rem;margin-top:12px}
.options{display:flex;flex-wrap:wrap;gap:6px 8px;margin:14px 0 0}
.options div{display:flex;gap:6px;border:1px solid var(--line);border-radius:99px;padding:2px 12px;background:var(--paper);font-size:.88rem}
.options dt{color:var(--soft)}
.options dd{margin:0;font-variant-numeric:tabular-nums}
.terms{margin:0}
.terms div{display:grid;grid-template-columns:10.4em 1fr;padding:7px 0;border-top:1px solid var(--line)}
.terms div:first-child{border:0;padding-top:0}
.terms div:target{box-shadow:inset 3px 0 var(--normal);padding-left:10px}
.terms dt{font-weight:650}
.terms dd{margin:0;font-size:.92rem;color:var(--soft)}
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,270px),1fr));gap:14px 20px;list-style:none;margin:10px 0 0;padding:0}
.layers td,.layers th{vertical-align:middle}
.layers th[scope=row]{overflow-wrap:anywhere;min-width:7em}
.layers td,.layers th{padding-right:12px}
.layers th span{display:block;font-weight:400;font-size:.84rem}
.layers .outputs{width:160px;height:auto;margin:2px 0}
.bad{color:var(--anomaly)}
.units{grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr))}
.unit{border-top-color:var(--normal)}
.answers,.strip{list-style:none;margin:0;padding:0}
.answers li{display:grid;grid-template-columns:minmax(0,1fr) 36% max-content;gap:10px;align-items:center;font-size:.92rem;padding:3px 0}
.answers b{font-weight:500;white-space:nowrap;min-width:4.6em;text-align:right;font-variant-numeric:tabular-nums}
.bar{display:block;width:100%;height:12px}
.strip{display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:6px;text-align:center;font-size:.84rem;color:var(--soft);font-variant-numeric:tabular-nums}
.strip img{display:block;width:100%;height:auto;image-rendering:pixelated;border-radius:4px;background:#000}
.more{margin-top:14px}
${drawingStyle}
.position{display:block;margin:8px 0 -4px}
.words{font-size:.92rem;margin:0}
details>summary{cursor:pointer;font-weight:600;padding:6px 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;padding-bottom:8px;font-size:.9rem}
th,td{overflow-wrap:break-word;text-align:left;padding:7px 14px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:650}
.columns th[scope=row]{min-width:9em}
thead th{overflow-wrap:normal!important;white-space:nowrap;color:var(--soft);font-size:.84rem}
.columns th,.columns td:last-child{overflow-wrap:anywhere}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.off td,.off th{color:var(--soft)}
.keys{display:flex;flex-wrap:wrap;gap:2px 18px;font-size:.9rem;color:var(--soft);max-width:none}
.warnings{border-left:4px solid var(--anomaly);background:var(--tint);padding:14px 20px}
.warnings h2{font-size:1rem}
.warnings ul{margin:0;padding-left:20px}
pre{margin:0 0 14px;padding:14px 16px;background:var(--paper);border:1px solid var(--line);border-radius:8px;overflow-x:auto;font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:normal}
:focus-visible{outline:3px solid var(--normal);outline-offset:2px}
@media (max-width:640px){
main,header,footer{padding-left:14px;padding-right:14px}
.panel,.card{padding-left:14px;padding-right:14px}
.wide{display:none}.narrow{display:block}
.columns thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.columns tr{display:flex;flex-wrap:wrap;gap:0 14px;padding:9px 0;border-bottom:1px solid var(--line)}
.columns th,.columns td{border:0;padding:0}
.columns th[scope=row]{flex:1 0 60%;min-width:0}
.terms div{grid-template-columns:1fr}
.layers .outputs{width:230px}
.columns .number::before{content:attr(data-name) " ";color:var(--soft)}
.columns td:last-child{flex-basis:100%;color:var(--soft)}
.layers tr{display:grid;grid-template-columns:1fr 1fr;gap:2px 14px}
.layers th[scope=row]{grid-column:1/-1}
.layers .number{text-align:left;white-space:normal}
.layers td:nth-child(4),.layers td:last-child{grid-column:1/-1}
.facts dd{font-size:1.15rem}
th,td{padding-right:8px}
}
@media print{
:root{color-scheme:light}
body{background:none;font-size:11pt}
section{break-inside:auto;margin-top:28px}h2,h3{break-after:avoid}.panel,figure{break-inside:avoid}
details::details-content{content-visibility:visible;height:auto}
details>summary{display:none}
pre{white-space:pre-wrap}
}`
