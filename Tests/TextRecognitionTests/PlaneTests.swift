import Testing
@testable import TextRecognition
import Timing

@Suite struct PlaneTests {
  private func plainExtreme(_ plane: Plane, window: Int, _ pick: (UInt8, UInt8) -> UInt8) -> Plane {
    let reach = window / 2
    var out = plane
    for y in 0..<plane.height {
      for x in 0..<plane.width {
        for v in max(0, y - reach)...min(plane.height - 1, y + reach) {
          for u in max(0, x - reach)...min(plane.width - 1, x + reach) {
            out.bytes[y * plane.width + x] = pick(out[x, y], plane[u, v])
          }
        }
      }
    }
    return out
  }

  @Test(arguments: [3, 5, 7, 15]) func extremesAreThoseOfEachWindow(window: Int) {
    let plane = MadePlanes.noise(width: 37, height: 22, seed: 1)
    #expect(Morphology.extremes(plane, .least, window: window) == plainExtreme(plane, window: window, min))
    #expect(Morphology.extremes(plane, .largest, window: window) == plainExtreme(plane, window: window, max))
  }

  @Test(arguments: [UInt8(100), 200]) func runsAreTheBrightPixels(threshold: UInt8) {
    let plane = MadePlanes.noise(width: 45, height: 9, seed: 2)
    var seen = Plane(width: 45, height: 9, repeating: 0)
    for run in RunComponents.runs(in: plane, above: threshold) {
      for x in run.start..<run.end { seen.bytes[Int(run.y) * 45 + Int(x)] = 1 }
    }
    #expect(seen.bytes == plane.bytes.map { $0 > threshold ? 1 : 0 })
  }

  /// Areas by flood fill, in order of their first pixel.
  private func floodedAreas(_ plane: Plane, above threshold: UInt8, diagonally: Bool) -> [Int] {
    var open = plane.bytes.map { $0 > threshold }
    var areas: [Int] = []
    for start in open.indices where open[start] {
      var area = 0
      var stack = [start]
      open[start] = false
      while let position = stack.popLast() {
        area += 1
        let (y, x) = position.quotientAndRemainder(dividingBy: plane.width)
        for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)] {
          guard diagonally || dx == 0 || dy == 0 else { continue }
          let (u, v) = (x + dx, y + dy)
          guard u >= 0, v >= 0, u < plane.width, v < plane.height, open[v * plane.width + u] else { continue }
          open[v * plane.width + u] = false
          stack.append(v * plane.width + u)
        }
      }
      areas.append(area)
    }
    return areas
  }

  @Test(arguments: [true, false]) func componentsAreThoseOfAFloodFill(diagonally: Bool) {
    for seed in 3..<9 {
      let plane = MadePlanes.noise(width: 40, height: 30, seed: UInt64(seed))
      let found = RunComponents(RunComponents.runs(in: plane, above: 130), diagonally: diagonally)
      #expect(found.components.map(\.area) == floodedAreas(plane, above: 130, diagonally: diagonally))
      for component in found.components {
        #expect(found.runs[component.runs].reduce(0) { $0 + Int($1.end - $1.start) } == component.area)
      }
    }
  }

  @Test func halvingTakesTheMeanOfFourPixels() {
    let plane = Plane(width: 4, height: 2, bytes: [0, 100, 8, 8, 100, 200, 8, 8])
    #expect(Resampler.scaled(plane, across: 0.5, down: 0.5, .area).bytes == [100, 8])
  }

  @Test(arguments: [Resampler.Kernel.linear, .cubic, .area]) func aPlainPictureStaysPlain(kernel: Resampler.Kernel) {
    let plane = Plane(width: 11, height: 7, repeating: 93)
    let factor = kernel == .area ? 0.7 : 1.6
    #expect(Resampler.scaled(plane, across: factor, down: factor, kernel).bytes.allSatisfy { $0 == 93 })
  }

  @Test func aHatKeepsThinStrokesAndTakesTheGroundAway() {
    var plane = Plane(width: 130, height: 60, repeating: 120)
    MadePlanes.fill(&plane, PixelBox(left: 80, top: 0, right: 130, bottom: 60), 180)
    MadePlanes.fill(&plane, PixelBox(left: 35, top: 5, right: 38, bottom: 55), 200)
    let hat = StrokeHat(BareStrokes(plane, .bright, capHeight: 32), capHeight: 32)
    #expect(hat.scale == 1)
    #expect(hat.peak == 80)
    #expect(hat.plane[36, 30] == 255)
    #expect(hat.plane[100, 30] == 0)
    #expect(BareStrokes(plane, .dark, capHeight: 32).peak < StrokeHat.faintest)
  }

  @Test func smallPlanesKeepWithinTheirWidth() {
    let hd = TextGeometry(width: 1280, height: 720)
    #expect(hd.divisor == 1 && hd.factor == 3 && hd.smallWidth == 426 && hd.smallHeight == 240)
    let uhd = TextGeometry(width: 3840, height: 2160)
    #expect(uhd.divisor == 2 && uhd.factor == 4 && uhd.width == 1920 && uhd.smallWidth == 480)
  }
}
