/// A mix as its document describes it: tracks of clips, and what becomes of them. Times are in seconds.
package struct MixDocument: Sendable, Equatable {
  package var output: MixOutput
  package var tracks: [MixTrack]

  package init(output: MixOutput, tracks: [MixTrack]) {
    self.output = output
    self.tracks = tracks
  }
}

/// How one file is encoded. What is nil follows from the codec and the file's name.
package struct MixEncoding: Sendable, Equatable {
  package var codec: SoundCodec?
  /// Bits a second; lossy codecs only.
  package var bitRate: Int?
  /// From 0 (worst) to 10 (best): variable bit rate of MP3 and Vorbis, effort of FLAC and Opus.
  package var quality: Double?

  package init(codec: SoundCodec? = nil, bitRate: Int? = nil, quality: Double? = nil) {
    self.codec = codec
    self.bitRate = bitRate
    self.quality = quality
  }
}

/// The codecs a programme can be written in.
package enum SoundCodec: String, Codable, Sendable, CaseIterable {
  case pcm16 = "pcm_s16le"
  case pcm24 = "pcm_s24le"
  case pcmFloat = "pcm_f32le"
  case flac, mp3, aac, opus, vorbis

  package var isLossy: Bool {
    switch self {
    case .pcm16, .pcm24, .pcmFloat, .flac: false
    case .mp3, .aac, .opus, .vorbis: true
    }
  }
}

/// Loudness and peak that a programme is brought to.
package struct LoudnessTarget: Codable, Sendable, Equatable {
  package var integratedLUFS: Double
  package var truePeakDBTP: Double

  package init(integratedLUFS: Double, truePeakDBTP: Double) {
    self.integratedLUFS = integratedLUFS
    self.truePeakDBTP = truePeakDBTP
  }

  enum CodingKeys: String, CodingKey {
    case integratedLUFS = "integrated_lufs"
    case truePeakDBTP = "true_peak_dbtp"
  }

  /// What podcast directories and music services ask for, EBU R 128 and ATSC A/85.
  package static let presets: [String: LoudnessTarget] = [
    "podcast": LoudnessTarget(integratedLUFS: -16, truePeakDBTP: -1.5),
    "streaming": LoudnessTarget(integratedLUFS: -14, truePeakDBTP: -1),
    "ebu-r128": LoudnessTarget(integratedLUFS: -23, truePeakDBTP: -1),
    "atsc-a85": LoudnessTarget(integratedLUFS: -24, truePeakDBTP: -2),
  ]
}

/// The programme as a whole, and the files it is written to.
package struct MixOutput: Sendable, Equatable {
  package var encoding = MixEncoding()
  /// Samples a second of the mix.
  package var sampleRate = 48_000
  /// 1, 2 or 6: left, right, centre, low frequency, left and right surround.
  package var channels = 2
  /// Where the programme ends; nil: with its last clip that does not loop.
  package var duration: Double?
  package var gainDB = 0.0
  /// Nil leaves the level alone.
  package var loudness: LoudnessTarget?
  package var metadata: [String: String] = [:]
  /// A picture, relative to the mix document.
  package var cover: String?
  package var chapters = MixChapters.none
  package var further: [MixFurtherOutput] = []

  package init() {}
}

package enum MixChapters: Sendable, Equatable {
  case none
  case given([MixChapter])
  /// A chapter for each clip of a track, named after the clip's title or file.
  case fromTrack(String)
}

package struct MixChapter: Sendable, Equatable {
  package var title: String
  package var start: Double
}

/// Another file of the same render; its name is relative to the folder of the first.
package struct MixFurtherOutput: Sendable, Equatable {
  package var file: String
  package var encoding: MixEncoding

  package init(file: String, encoding: MixEncoding) {
    self.file = file
    self.encoding = encoding
  }
}

package struct MixTrack: Sendable, Equatable {
  package enum Role: String, Codable, Sendable, CaseIterable { case speech, music, effects }

  package var id: String
  package var role = Role.effects
  /// Silence between a clip and the next that has no start of its own.
  package var gap = 0.0
  package var gainDB = 0.0
  /// From -1 (left) to 1 (right).
  package var pan = 0.0
  package var mute = false
  package var solo = false
  package var duck: MixDuck?
  package var clips: [MixClip] = []
}

/// How a track gives way to others.
package struct MixDuck: Sendable, Equatable {
  package var under: [String]
  package var amountDB = 10.0
  package var thresholdDB = -40.0
  package var attack = 0.030
  package var hold = 0.1
  package var release = 0.4
  /// How long before the speech the attack begins.
  package var lookAhead = 0.030
}

package enum FadeCurve: String, Codable, Sendable, CaseIterable {
  case linear
  case equalPower = "equal_power"
  case sCurve = "s_curve"
}

/// Silence that is cut from the ends of a clip.
package struct MixSilenceTrim: Sendable, Equatable {
  package var thresholdDB = -50.0
  /// What is left of it at either end.
  package var padding = 0.05
}

package struct MixClip: Sendable, Equatable {
  package var source: String
  /// The container's number of the sound track; nil: the first.
  package var stream: Int?
  package var title: String?
  package var start: Double?
  package var gapBefore: Double?
  package var gainDB = 0.0
  /// Added to the track's.
  package var pan = 0.0
  /// Where the clip begins and ends in its source.
  package var trimStart = 0.0
  package var trimEnd: Double?
  /// How long the clip sounds at most.
  package var duration: Double?
  package var fadeIn = 0.0
  package var fadeOut = 0.0
  package var fadeCurve = FadeCurve.linear
  /// Overlap with the clip before on the same track.
  package var crossfade = 0.0
  package var crossfadeCurve = FadeCurve.equalPower
  package var loop = false
  /// Overlap of the end of the loop with its beginning.
  package var loopCrossfade = 0.05
  package var trimSilence: MixSilenceTrim?

  package init(source: String) { self.source = source }
}
