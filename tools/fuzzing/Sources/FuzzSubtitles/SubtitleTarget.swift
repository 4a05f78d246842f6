import Claims
import Documents
import Subtitles

/// Tracks of any text come back from readers of SubRip and WebVTT: as many cues as tracks, with their times and their words.
@c public func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  // Zero bytes divide the tracks; the first two bytes of each are its time and its length.
  let tracks = bytes.split(separator: 0).filter { $0.count > 2 }.enumerated().map { index, part in
    let (begin, length) = (Double(part[part.startIndex]) / 7 + Double(index), Double(part[part.startIndex + 1]) / 13)
    return track(String(decoding: part.dropFirst(2), as: UTF8.self), begin, begin + length)
  }
  // SubRip has no escapes: the mark of a line of times becomes an arrow.
  check(cues(in: Subtitles.subRip(tracks), mark: ",", isWebVTT: false), tracks, reads: { $0 }, of: withArrows)
  check(cues(in: Subtitles.webVTT(tracks), mark: ".", isWebVTT: true), tracks, reads: unescaped, of: { $0 })
  return 0
}

private struct Cue {
  var start: Int
  var end: Int
  var lines: [[UInt8]]
}

private func track(_ text: String, _ start: Double, _ end: Double) -> TextTrack {
  let box = Box(x: 0, y: 0, width: 1, height: 1)
  return TextTrack(
    id: 1, text: text, language: "eng", confidence: 1, start: Instant(pts: 0, seconds: start, frame: 0),
    end: Instant(pts: 0, seconds: end, frame: 0), box: box, lines: [])
}

private func check(
  _ cues: [Cue], _ tracks: [TextTrack], reads: ([UInt8]) -> [UInt8], of written: ([UInt8]) -> [UInt8]
) {
  claim(cues.count == tracks.count, "\(tracks.count) tracks became \(cues.count) cues")
  for (cue, track) in zip(cues, tracks) {
    claim(abs(Double(cue.start) / 1000 - track.start.seconds) < 0.0006)
    claim(abs(Double(cue.end) / 1000 - track.end.seconds) < 0.0006)
    let wanted = lines(of: Array(track.text.utf8)).filter { !isBlank($0) }.map(written)
    let read = cue.lines.map(reads)
    claim(read == wanted, "\(track.text.debugDescription) became \(read.map { String(decoding: $0, as: UTF8.self) })")
  }
}

private func withArrows(_ line: [UInt8]) -> [UInt8] {
  var rest = line[...]
  var text: [UInt8] = []
  while let byte = rest.first {
    let isMark = rest.starts(with: "-->".utf8)
    text += isMark ? Array("→".utf8) : [byte]
    rest.removeFirst(isMark ? 3 : 1)
  }
  return text
}

/// Line ends as both formats know them.
private func lines(of text: [UInt8]) -> [[UInt8]] {
  var lines: [[UInt8]] = [[]]
  var last: UInt8 = 0
  for byte in text {
    if byte == 13 || byte == 10 && last != 13 {
      lines.append([])
    } else if byte != 10 {
      lines[lines.count - 1].append(byte)
    }
    last = byte
  }
  return lines
}

private func isBlank(_ line: [UInt8]) -> Bool { line.allSatisfy { $0 == 32 || $0 == 9 } }

/// Blocks between empty lines, each with a line of times; in SubRip a number stands above it.
private func cues(in text: String, mark: Character, isWebVTT: Bool) -> [Cue] {
  var blocks = lines(of: Array(text.utf8)).split(whereSeparator: isBlank).map(Array.init)
  if isWebVTT { claim(blocks.removeFirst() == [Array("WEBVTT".utf8)]) }
  return blocks.enumerated().map { index, block in
    var rest = block[...]
    if !isWebVTT {
      let number = String(decoding: rest.removeFirst(), as: UTF8.self)
      claim(Int(number) == index + 1, "cue \(index + 1) is numbered \(number)")
    }
    let times = String(decoding: rest.removeFirst(), as: UTF8.self).split(separator: " ")
    claim(times.count == 3 && times[1] == "-->", "no times but \(times)")
    let arrow = Array("-->".utf8)
    for line in rest {
      let holdsArrow = line.indices.contains { line[$0...].starts(with: arrow) }
      claim(!holdsArrow, "a line of text that looks like times")
    }
    return Cue(start: milliseconds(times[0], mark), end: milliseconds(times[2], mark), lines: Array(rest))
  }
}

private func milliseconds(_ text: Substring, _ mark: Character) -> Int {
  let parts = text.split { $0 == ":" || $0 == mark }.map { Int($0) ?? -1 }
  claim(parts.count == 4 && parts.allSatisfy { $0 >= 0 } && parts[1] < 60 && parts[2] < 60 && parts[3] < 1000)
  return ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000 + parts[3]
}

/// The text of a WebVTT cue; there may be no tag in it, and no other reference than these.
private func unescaped(_ line: [UInt8]) -> [UInt8] {
  claim(!line.contains(UInt8(ascii: "<")), "a tag within a text")
  var text: [UInt8] = []
  var rest = line[...]
  while let byte = rest.first {
    let names = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")]
    if byte == UInt8(ascii: "&") {
      guard let name = names.first(where: { rest.starts(with: $0.0.utf8) }) else { fatalError("a bare &") }
      text += name.1.utf8
      rest.removeFirst(name.0.utf8.count)
    } else {
      text.append(byte)
      rest.removeFirst()
    }
  }
  return text
}
