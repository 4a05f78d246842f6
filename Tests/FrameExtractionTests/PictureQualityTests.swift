import FrameExtraction
import Testing

@Suite struct PictureQualityTests {
  @Test func sharperIsBetter() {
    let dull = PictureQuality(detail: 8, meanLuma: 120, fullRange: false)
    let sharp = PictureQuality(detail: 64, meanLuma: 120, fullRange: false)
    #expect(sharp.score > dull.score)
    #expect(sharp.sharpness == 0.5)
  }

  @Test func blackAndWhiteCountLittle() {
    let fair = PictureQuality(detail: 40, meanLuma: 120, fullRange: false)
    let black = PictureQuality(detail: 40, meanLuma: 18, fullRange: false)
    let white = PictureQuality(detail: 40, meanLuma: 234, fullRange: false)
    #expect(black.score < fair.score / 3)
    #expect(white.score < fair.score / 3)
  }

  @Test func brightnessKnowsTheRange() {
    #expect(PictureQuality(detail: 1, meanLuma: 16, fullRange: false).luma == 0)
    #expect(PictureQuality(detail: 1, meanLuma: 235, fullRange: false).luma == 1)
    #expect(PictureQuality(detail: 1, meanLuma: 0, fullRange: true).luma == 0)
    #expect(PictureQuality(detail: 1, meanLuma: 255, fullRange: true).luma == 1)
  }
}
