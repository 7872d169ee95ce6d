/** Points drawn by the graphics card: one buffer of places, one of paint, drawn in random order and blended. */
import { sizeCanvas, stepBack, type Drawing, type Painter, type Scene } from './scene.js'

const vertexShader = `#version 300 es
in vec2 place;
in vec4 paint;
uniform vec2 scale;
uniform vec2 shift;
uniform float diameter;
uniform bool wantsChosen;
out vec3 colour;
void main() {
  bool isShown = paint.a > 0.25;
  bool isChosen = paint.a > 0.75;
  bool isDrawn = isShown && isChosen == wantsChosen;
  gl_Position = isDrawn ? vec4(place * scale + shift, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = diameter < 1.5 ? 1.0 : diameter + 1.0;
  colour = paint.rgb;
}`

/** A disc with a soft edge of one pixel; a very small one is the pixel itself. */
const fragmentShader = `#version 300 es
precision highp float;
in vec3 colour;
uniform float diameter;
uniform float opacity;
out vec4 pixel;
void main() {
  float inside = diameter * 0.5 - length(gl_PointCoord - 0.5) * (diameter + 1.0) + 0.5;
  float cover = diameter < 1.5 ? 1.0 : clamp(inside, 0.0, 1.0);
  if (cover <= 0.0) discard;
  pixel = vec4(colour, cover * opacity);
}`

/** @returns undefined when the browser has no WebGL 2 */
export function glPainter(
  canvas: HTMLCanvasElement,
  scene: Scene,
  whenLost: () => void,
): Painter | undefined {
  const gl = canvas.getContext('webgl2', { antialias: false, depth: false, alpha: true })
  if (gl === null) return undefined
  let card = prepare(gl, scene)
  canvas.addEventListener('webglcontextlost', (event) => event.preventDefault())
  canvas.addEventListener('webglcontextrestored', () => {
    card = prepare(gl, scene)
    whenLost()
  })
  return {
    kind: 'WebGL',
    repaint() {
      gl.bindBuffer(gl.ARRAY_BUFFER, card.paint)
      gl.bufferSubData(gl.ARRAY_BUFFER, 0, scene.paint)
    },
    draw(drawing) {
      sizeCanvas(canvas, drawing)
      const began = performance.now()
      draw(gl, card, drawing)
      return finished(gl).then(() => performance.now() - began)
    },
  }
}

/** When the card has done all that it was told so far. Its answers change between tasks only, so it is asked again. */
function finished(gl: WebGL2RenderingContext): Promise<void> {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)
  gl.flush()
  return new Promise((done) => {
    const look = (): void => {
      const isWaiting = fence !== null && gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.UNSIGNALED
      if (isWaiting && !gl.isContextLost()) {
        setTimeout(look, 3)
        return
      }
      gl.deleteSync(fence)
      done()
    }
    setTimeout(look)
  })
}

interface Card {
  readonly paint: WebGLBuffer
  readonly at: Readonly<
    Record<'scale' | 'shift' | 'diameter' | 'opacity' | 'wantsChosen', WebGLUniformLocation | null>
  >
}

function prepare(gl: WebGL2RenderingContext, { places, order, paint }: Scene): Card {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexShader],
    [gl.FRAGMENT_SHADER, fragmentShader],
  ] as const) {
    const shader = gl.createShader(type)!
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true && !gl.isContextLost()) {
    throw new Error(`the graphics card refuses the drawing: ${gl.getProgramInfoLog(program) ?? ''}`)
  }
  gl.useProgram(program)
  attribute(gl, program, { name: 'place', size: 2, type: gl.FLOAT, data: places, usage: gl.STATIC_DRAW })
  const buffer = attribute(gl, program, {
    name: 'paint',
    size: 4,
    type: gl.UNSIGNED_BYTE,
    data: paint,
    usage: gl.DYNAMIC_DRAW,
  })
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer())
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.STATIC_DRAW)
  gl.enable(gl.BLEND)
  // The canvas holds premultiplied colours.
  gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
  const at = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name)
  return {
    paint: buffer,
    at: {
      scale: at('scale'),
      shift: at('shift'),
      diameter: at('diameter'),
      opacity: at('opacity'),
      wantsChosen: at('wantsChosen'),
    },
  }
}

function attribute(
  gl: WebGL2RenderingContext,
  program: WebGLProgram,
  of: {
    readonly name: string
    readonly size: number
    readonly type: number
    readonly data: Float32Array | Uint8Array
    readonly usage: number
  },
): WebGLBuffer {
  const buffer = gl.createBuffer()
  const location = gl.getAttribLocation(program, of.name)
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
  gl.bufferData(gl.ARRAY_BUFFER, of.data as BufferSource, of.usage)
  gl.enableVertexAttribArray(location)
  gl.vertexAttribPointer(location, of.size, of.type, of.type === gl.UNSIGNED_BYTE, 0, 0)
  return buffer
}

function draw(gl: WebGL2RenderingContext, { at }: Card, drawing: Drawing): void {
  const { fit, width, height, ratio, diameter, opacity, amount, hasChosen } = drawing
  gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight)
  gl.clearColor(0, 0, 0, 0)
  gl.clear(gl.COLOR_BUFFER_BIT)
  gl.uniform2f(at.scale, (2 * fit.scale) / width, (2 * fit.scale) / height)
  gl.uniform2f(at.shift, (2 * fit.x) / width - 1, 1 - (2 * fit.y) / height)
  gl.uniform1f(at.diameter, diameter * ratio)
  gl.uniform1f(at.opacity, hasChosen ? opacity * stepBack : opacity)
  gl.uniform1i(at.wantsChosen, 0)
  gl.drawElements(gl.POINTS, amount, gl.UNSIGNED_INT, 0)
  if (!hasChosen) return
  gl.uniform1f(at.opacity, opacity)
  gl.uniform1i(at.wantsChosen, 1)
  gl.drawElements(gl.POINTS, amount, gl.UNSIGNED_INT, 0)
}
