import Documents
import Timing

/// Merges readings that follow one another into tracks: the same text in the same place is one track.
struct TrackBuilder {
  private var tracks: [FoundText] = []
  private var open: [Int] = []

  /// Adds what was read on one frame and held until another.
  mutating func add(_ reading: Reading, from start: FrameTime, to end: FrameTime) {
    var stillOpen: [Int] = []
    for block in Self.blocks(reading.lines) {
      let box = Box(around: block.map(\.box))
      let match = open.first { index in
        !stillOpen.contains(index) && tracks[index].box.overlap(box) >= 0.4
          && Self.similarity(tracks[index].text, block.map(\.text).joined(separator: "\n")) >= 0.7
      }
      if let match {
        tracks[match].last = end
        if Self.weight(block) > Self.weight(tracks[match].lines) { tracks[match].lines = block }
        stillOpen.append(match)
      } else {
        tracks.append(FoundText(start: start, last: end, language: reading.language, lines: block))
        stillOpen.append(tracks.count - 1)
      }
    }
    open = stillOpen
  }

  func finish(language: String) -> [FoundText] {
    tracks.map { track in
      var track = track
      if track.language.isEmpty { track.language = language }
      return track
    }.sorted { ($0.start.index, $0.box.y) < ($1.start.index, $1.box.y) }
  }

  private static func weight(_ lines: [TextLine]) -> Double {
    lines.reduce(0) { $0 + $1.words.reduce(0) { $0 + $1.confidence * Double($1.text.count) } }
  }

  /// Lines that stand below one another with less than two line heights between them.
  static func blocks(_ lines: [TextLine]) -> [[TextLine]] {
    var blocks: [[TextLine]] = []
    for line in lines {
      if let last = blocks.last?.last, line.box.y >= last.box.y,
        line.box.y - (last.box.y + last.box.height) < 2 * max(last.box.height, line.box.height)
      {
        blocks[blocks.count - 1].append(line)
      } else {
        blocks.append([line])
      }
    }
    return blocks
  }

  /// Share of characters that two texts have in common, by edit distance, from 0 to 1.
  static func similarity(_ a: String, _ b: String) -> Double {
    let longest = max(a.count, b.count)
    return longest == 0 ? 1 : 1 - Double(Spelling.editDistance(a, b)) / Double(longest)
  }
}
