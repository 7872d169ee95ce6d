/** The look of a map's page, on top of style.ts: a map that fills the window, what belongs to it at its side. */
import { chosenPalette } from './style.js'

export const mapStyle = `
${chosenPalette}
[hidden]{display:none!important}
.map-head,.map,.map~footer{max-width:none}
.map-head{padding-top:18px}
.map-head h1{font-size:clamp(1.2rem,1rem + 1vw,1.6rem);margin:2px 0 0}
.explorer{display:grid;grid-template-columns:minmax(0,1fr) 330px;gap:12px 16px;padding-top:12px}
.rest section{margin-top:20px}
.tools{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;min-height:34px}
.theme{margin-left:auto}
.group,.row{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.group{gap:0}
.group .button{border-radius:0;margin-left:-1px}
.group .button:first-child{border-radius:7px 0 0 7px;margin-left:0}
.group .button:last-child{border-radius:0 7px 7px 0}
.button,select{font:inherit;font-size:.88rem;color:var(--ink);background:var(--paper);border:1px solid var(--quiet);border-radius:7px;padding:4px 11px;min-height:32px;cursor:pointer}
.button:hover,select:hover{border-color:var(--ink)}
.button[aria-pressed=true]{background:var(--normal);border-color:var(--normal);color:var(--paper)}
.button.small{min-height:26px;padding:1px 9px;font-size:.82rem;margin:0}
.link{font:inherit;color:inherit;background:none;border:0;padding:0;text-decoration:underline dotted;text-underline-offset:3px;cursor:pointer}
.stage{position:relative;height:clamp(440px,calc(100vh - 196px),1200px);background:var(--paper);border:1px solid var(--line);border-radius:10px;overflow:hidden;touch-action:none;cursor:grab;user-select:none;-webkit-user-select:none}
.stage:active{cursor:grabbing}
.stage[data-tool=rectangle],.stage[data-tool=lasso],.stage[data-tool=decode]{cursor:crosshair}
.stage canvas.points,.stage .overlay,.names{position:absolute;inset:0;width:100%;height:100%;pointer-events:none}
.loading{position:absolute;inset:0;display:grid;place-items:center;max-width:none;margin:0;padding:24px;text-align:center;color:var(--soft)}
.name{position:absolute;left:0;top:0;font-size:.84rem;font-weight:650;line-height:1.2;white-space:nowrap;max-width:180px;overflow:hidden;text-overflow:ellipsis;color:var(--ink);padding:0 3px;text-shadow:0 0 3px var(--paper),0 0 3px var(--paper),0 0 5px var(--paper),0 0 5px var(--paper)}
.brush{fill:var(--normal);fill-opacity:.14;stroke:var(--normal);stroke-width:1.5}
.hovered,.subject{fill:none;stroke:var(--ink);stroke-width:2;paint-order:stroke}
.subject{stroke-width:2.5;stroke-dasharray:4 3}
.cross{position:absolute;left:0;top:0;width:0;height:0;pointer-events:none}
.cross::before,.cross::after{content:"";position:absolute;background:var(--ink);box-shadow:0 0 0 1px var(--paper)}
.cross::before{left:-11px;top:-1px;width:22px;height:2px}
.cross::after{left:-1px;top:-11px;width:2px;height:22px}
.tip{position:absolute;z-index:2;max-width:min(260px,70%);background:var(--paper);border:1px solid var(--quiet);border-radius:8px;padding:8px 11px;font-size:.86rem;pointer-events:none;box-shadow:0 4px 18px rgb(0 0 0/.18)}
.tip-title{font-weight:650;margin:0 0 4px}
.image{display:block;image-rendering:pixelated;background:#000;border-radius:4px;margin:4px 0 8px;height:auto}
.tip .image{width:112px}
.card-body .image{width:min(100%,196px)}
.rows .image{width:32px;margin:0}
.picked{position:absolute;left:10px;top:10px;background:var(--normal);color:var(--paper);border-radius:99px;padding:2px 12px;font-size:.86rem;text-decoration:none}
.says{font-size:.86rem;margin:8px 2px 0;max-width:none;min-height:1.4em}
.side{display:flex;flex-direction:column;gap:12px;min-width:0}
.side .panel{padding:12px 14px}
.side h2{font-size:.95rem;margin:0 0 6px}
.side h3{font-size:.92rem;margin:0 0 4px}
.side .small{font-size:.84rem;margin:6px 0}
.field{display:flex;gap:10px;align-items:center;margin-bottom:8px}
.field label{white-space:nowrap;font-weight:650;font-size:.95rem}
.field select{flex:1;min-width:0;max-width:100%}
.entries{list-style:none;margin:0;padding:0;max-height:min(330px,38vh);overflow-y:auto}
.entry{display:flex;width:100%;gap:8px;align-items:center;font:inherit;font-size:.88rem;color:var(--ink);background:none;border:0;border-radius:5px;padding:3px 6px;text-align:left;cursor:pointer}
.entry:hover{background:var(--ground)}
.entry[aria-pressed=true]{box-shadow:inset 0 0 0 2px var(--normal)}
.isolating .entry[aria-pressed=false]{color:var(--soft)}
.isolating .entry[aria-pressed=false] .swatch{opacity:.35}
.entry-name{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.entry-count{color:var(--soft);font-variant-numeric:tabular-nums}
.swatch{flex:none;display:inline-block;width:12px;height:12px;border-radius:50%;vertical-align:-1px}
.all{margin-top:8px}
.ramp{height:14px;border-radius:4px}
.ticks{display:flex;justify-content:space-between;gap:8px;font-size:.82rem;color:var(--soft);margin:3px 0 8px;font-variant-numeric:tabular-nums}
.look{display:flex;flex-direction:column;gap:8px;font-size:.88rem}
.check{display:flex;gap:7px;align-items:center}
.range{display:grid;grid-template-columns:7.5em minmax(0,1fr);gap:8px;align-items:center}
input{accent-color:var(--normal)}
input[type=range]{width:100%;margin:0}
.card-body{max-height:min(420px,46vh);overflow-y:auto}
.cells{margin:0;font-size:.88rem}
.cells>div{display:flex;justify-content:space-between;gap:12px;padding:2px 0;border-top:1px solid var(--line)}
.cells>div:first-child{border-top:0}
.cells dt{color:var(--soft);min-width:0;overflow-wrap:anywhere}
.cells dd{margin:0;text-align:right;min-width:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.count{margin-bottom:8px}
.rows{max-height:420px;overflow:auto;margin-top:12px}
.rows thead th{position:sticky;top:0;background:var(--paper)}
.rows td{white-space:nowrap;max-width:22em;overflow:hidden;text-overflow:ellipsis}
.measures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,260px),1fr));gap:14px 24px;margin:8px 0 0}
.measures dt{font-weight:650}
.measures dd{margin:0;font-size:.9rem;color:var(--soft)}
.measures .value{font-size:1.3rem;font-weight:650;color:var(--ink);font-variant-numeric:tabular-nums}
.spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media (max-width:820px){
.explorer{grid-template-columns:minmax(0,1fr)}
.stage{height:clamp(320px,62vh,640px)}
.entries{max-height:210px}
.card-panel{order:-1}
}
@media print{.tools,.look,.side .button,.rest .row{display:none}.stage{break-inside:avoid}}
`
