import AudioMixing
import Documents
import Media
import Timing

/// The waveform of each audio track, as a picture and as numbers. All have the same time axis: the whole film.
struct WaveformProduct {
  static let height = 160

  private let products: Products

  init(_ products: Products) { self.products = products }

  func make(_ document: inout AnalysisDocument) throws {
    document.waveforms = []
    guard !products.result.drawings.isEmpty else {
      document.warnings.append(
        WarningRecord(
          "no_waveform", "no waveform was drawn: the file holds no sound that could be decoded", stage: "sheets"))
      return
    }
    let end = products.filmEnd(document)
    let encoder = try PictureEncoder(format: .png, quality: 100)
    for drawing in products.result.drawings {
      let frames = max(1, Int((end * Double(drawing.sampleRate)).rounded()))
      let picture = WaveformPicture(drawing.peaks, frames: frames).picture(height: Self.height)
      let name = "waveform-\(drawing.streamIndex)"
      let data = try DocumentEncoder.line(WaveformData(drawing.peaks, sampleRate: drawing.sampleRate, frames: frames))
      let files = [name + ".png": try encoder.encode(picture), name + ".json": Array((data + "\n").utf8)]
      do {
        for (file, bytes) in files { try FileSystem.write(bytes, to: products.workspace.file(file)) }
      } catch {
        for file in files.keys { FileSystem.remove(products.workspace.file(file)) }
        throw error
      }
      document.waveforms?.append(
        WaveformDescription(
          streamIndex: drawing.streamIndex, file: name + ".png", peaks: name + ".json", startSeconds: 0,
          endSeconds: (Double(frames) / Double(drawing.sampleRate)).rounded(places: 6), width: picture.width,
          height: picture.height))
      document.outputs.append(OutputFile(kind: .waveform, path: name + ".png"))
      document.outputs.append(OutputFile(kind: .waveform, path: name + ".json"))
    }
  }
}
