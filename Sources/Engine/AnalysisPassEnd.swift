import Documents
import FrameExtraction
import Media
import SceneDetection
import TextRecognition
import Timing

/// The end of a pass: what the stages found is gathered, and damage is judged.
extension AnalysisPass {
  func finishVideo() {
    guard let picture else { return }
    let frameCount = last.map { $0.index + 1 } ?? 0
    result.frameCount = frameCount
    guard let last else {
      let lines = logged.decoder.lines.first.map { " (\($0))" } ?? ""
      // What libavutil's av_image_check_size2 says of a picture past the decoder's max_pixels.
      if logged.decoder.lines.contains(where: { $0.contains("Invalid image size") || $0.contains("max pixel count") }) {
        result.errors.append(
          ErrorRecord(
            .limitExceeded, "its pictures are larger than --max-pixels allows, or of no size at all\(lines)",
            stage: "decode",
            limit: .pixels))
        return
      }
      result.errors.append(
        ErrorRecord(.corrupt, "not one picture of the video could be decoded\(lines)", stage: "decode"))
      return
    }
    if running.contains(.scenes) || running.contains(.frames) {
      end(detector.finish())
      closeShot(at: result.frameCount, transition: result.frameCount...result.frameCount)
      // A plain beginning is a scene of its own only where a boundary ends it.
      result.beginsBlank = detector.beginsBlank && result.shots.count > 1
    }
    let endPTS = last.pts &+ last.duration
    result.end = Instant(pts: endPTS, seconds: picture.clock.seconds(endPTS), frame: result.frameCount)
    fillEmptyShots()
    if running.contains(.text), let reader {
      if running.contains(.scenes) { onPictures(result) }
      let begun = Clock.now
      attempt(stages: [.text]) { result.texts = try reader.finish() }
      result.stageSeconds["text", default: 0] += Clock.now - begun
    }
    if let sprites {
      attempt(sheet: { try sprites.finish(end: result.end?.seconds ?? 0) })
      result.sprites = self.sprites?.sheets
    }
    result.finished.formUnion(running.filter(\.needsPictures))
    result.media.video?.frameCount = frameCount
    result.media.video?.variableFrameRate = isVariableRate
    if picture.repairedTimestamps > 0 {
      result.warnings.append(
        WarningRecord(
          "timestamps_repaired",
          "frames that had no timestamp, or one not later than the frame before: \(picture.repairedTimestamps); theirs were made up"
        ))
    }
  }

  /// Every scene has a picture: one so short that none was kept gets its first frame, from a second look, and where frames
  /// were not seen at full size all are fetched so.
  private func fillEmptyShots() {
    guard running.contains(.frames), let collector else { return }
    let empty = result.shots.indices.filter { result.shots[$0].pictures.isEmpty }
    guard !empty.isEmpty else { return }
    func wanted(_ shot: Int) -> [FrameTime] {
      result.shots[shot].wanted.isEmpty ? [result.shots[shot].start] : result.shots[shot].wanted
    }
    var kept: [Int: FrameCollector.Kept] = [:]
    attempt(stages: [.frames]) {
      try SecondLook(path: input.path, limits: input.limits).visit(empty.flatMap(wanted)) { frame, time in
        kept[time.index] = try collector.keep(frame, time: time)
      }
    }
    for shot in empty { result.shots[shot].pictures = wanted(shot).compactMap { kept[$0.index] } }
  }

  func finishSound() {
    result.soundEnd = sounds.map(\.seconds).max() ?? 0
    for sound in sounds {
      guard let drawing = sound.drawing else { continue }
      result.drawings.append(
        Drawing(streamIndex: sound.streamIndex, sampleRate: drawing.sampleRate, peaks: drawing.peaks))
    }
    guard running.contains(.audio), !sounds.isEmpty || input.description.audio.isEmpty else { return }
    result.audio = []
    for sound in sounds {
      let (analysis, warnings) = sound.result()
      result.audio?.append(analysis)
      result.soundWarnings += warnings
    }
    result.finished.insert(.audio)
  }

  /// Counts damage, and says whether the file is whole.
  func judgeDamage() {
    if let picture, result.frameCount > 0 {
      let count = picture.failedCalls + picture.flaggedFrames + logged.decoder.count
      result.decodeErrors = count
      result.media.video?.decodeErrors = count
    }
    if let cut = input.truncation() {
      result.isCutOff = true
      result.errors.append(
        ErrorRecord(.corrupt, "the file is cut off: \(cut); what came before was analysed", stage: "decode"))
    }
    if logged.container.count > 0 {
      result.damageWarnings.append(
        WarningRecord(
          "container_errors", "the container is damaged: \(logged.container.lines.first ?? "")", stage: "decode"))
    }
    guard result.decodeErrors > 0 else { return }
    result.sawTrouble = true
    let first = logged.decoder.lines.first.map { "; the first: \($0)" } ?? ""
    let text =
      "\(result.decodeErrors) \(result.decodeErrors == 1 ? "error" : "errors") in \(result.frameCount) frames while decoding\(first)"
    // Over one in a hundred frames the design calls a film damaged, below that a blemish.
    if result.decodeErrors * 100 > result.frameCount {
      result.errors.append(ErrorRecord(.corrupt, "the video is damaged: \(text)", stage: "decode"))
    } else {
      result.damageWarnings.append(WarningRecord("decode_errors", text, stage: "decode"))
    }
  }
}
