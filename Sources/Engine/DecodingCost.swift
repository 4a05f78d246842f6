import Media

/// What decoding costs, told from packets alone: a frame costs by its area and by its compressed bytes.
///
/// The constants are fitted to what FFmpeg's decoder takes for six films in H.264 at 1080 lines, and come within a fifth of it on
/// each.
struct DecodingCost {
  /// Compressed bytes that cost as much as predicting a pixel from one picture.
  private static let predictedPixel = 0.0057
  /// The same for a frame that is predicted from pictures before and after it.
  private static let pixelBetween = 0.0081
  /// What the loop filter adds, which only a whole decode applies.
  private static let loopFilter = 1.2
  /// Looking closer takes some of the frames between, too.
  private static let closerLook = 1.08
  /// Bytes a pixel that cost as much as detection does a frame, decoded or made up, and as a process does before its first: at 1080
  /// lines. Of smaller pictures both are a larger share, but one that no choice of groups makes less.
  private static let detection = 0.00018
  private static let beginning = 0.19

  /// Frames that cost alike.
  private struct Frames {
    var count = 0
    var bytes = 0

    mutating func add(_ facts: PacketFacts) {
      count += 1
      bytes += facts.bytes
    }

    func cost(perFrame: Double) -> Double { Double(count) * perFrame + Double(bytes) }
  }

  /// Pixels of a frame.
  var area = 0
  /// Of each group.
  private var keys: [Frames] = []
  /// Of each group, without its key frame: frames that are shown after all before them in the file.
  private var forward: [Frames] = []
  private var between = Frames()
  /// Latest time in the group so far.
  private var latest = Int64.min

  /// Takes the next packet of the file; one with a key frame begins a group.
  mutating func add(_ facts: PacketFacts) {
    if facts.isKey || forward.isEmpty {
      keys.append(Frames())
      forward.append(Frames())
      latest = .min
    }
    if facts.isKey {
      keys[keys.count - 1].add(facts)
    } else if facts.pts.map({ $0 < latest }) ?? false {
      between.add(facts)
    } else {
      forward[forward.count - 1].add(facts)
    }
    latest = max(latest, facts.pts ?? latest)
  }

  private var predicted: Double { Double(area) * Self.predictedPixel }

  private func cost(_ groups: [Frames]) -> Double { groups.reduce(0) { $0 + $1.cost(perFrame: predicted) } }

  private var whole: Double {
    max(1, (cost(keys) + cost(forward) + between.cost(perFrame: Double(area) * Self.pixelBetween)) * Self.loopFilter)
  }

  /// Share of a whole decode that is spent though no group is opened: every key frame is decoded to judge by.
  var ofTheRest: Double {
    let frames = between.count + (keys + forward).reduce(0) { $0 + $1.count }
    let ofDetection = Double(area) * (Self.detection * Double(frames) + Self.beginning)
    return (cost(keys) + ofDetection) / whole
  }

  /// Share of a whole decode that opening each group adds: its key frame is decoded once more, as the others refer to it.
  var ofOpening: [Double] {
    zip(keys, forward).map { ($0.cost(perFrame: predicted) + $1.cost(perFrame: predicted) * Self.closerLook) / whole }
  }
}
