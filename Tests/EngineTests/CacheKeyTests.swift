import Documents
@testable import Engine
import Testing

/// What a kept part depends on: every option that shapes it, and none that does not.
@Suite struct CacheKeyTests {
  private func names(
    _ change: (inout AnalysisOptions) -> Void, _ edit: (inout CacheKey) -> Void = { _ in }
  ) throws -> [CachePart: String] {
    var options = AnalysisOptions()
    change(&options)
    var names: [CachePart: String] = [:]
    for part in CachePart.allCases {
      var key = try CacheKey(
        part, fingerprint: "xxh3-128:00", bytes: 7, container: "mov", options: options)
      edit(&key)
      names[part] = try key.name()
    }
    return names
  }

  private func changed(_ change: (inout AnalysisOptions) -> Void) throws -> Set<CachePart> {
    let (before, after) = (try names { _ in }, try names(change))
    return Set(CachePart.allCases.filter { before[$0] != after[$0] })
  }

  @Test func anOptionChangesTheKeysOfWhatItShapesAndOfNothingElse() throws {
    let beside: Set<CachePart> = [.clips, .sprites, .waveform]
    #expect(try changed { $0.languages = ["deu"] } == [.text])
    #expect(try changed { $0.textRegion = .box(Box(x: 0, y: 0.5, width: 1, height: 0.5)) } == [.text])
    #expect(try changed { $0.textMinConfidence = 0.3 } == [.text])
    #expect(try changed { $0.textTimeLimit = 1 } == [.text])
    #expect(try changed { $0.silenceLevel = -50 } == [.audio])
    #expect(try changed { $0.silenceLength = 1 } == [.audio])
    #expect(try changed { $0.minSceneLength = .frames(9) } == beside.union([.scenes, .frames]))
    #expect(try changed { $0.framesPerScene = 2 } == [.frames])
    #expect(try changed { $0.frameFormat = .png } == [.frames])
    #expect(try changed { $0.frameWidth = 100 } == [.frames])
    #expect(try changed { $0.frameHeight = 100 } == [.frames])
    #expect(try changed { $0.frameEnlarge = true } == [.frames])
    #expect(try changed { $0.frameDepth = 16 } == [.frames])
    #expect(try changed { $0.frameQuality = 10 } == [.frames])
    #expect(try changed { $0.frameRule = .middle } == beside.union([.plan, .frames]))
    #expect(try changed { $0.clips = .encode } == [.clips])
    #expect(try changed { $0.clipCodec = .vp9 } == [.clips])
    #expect(try changed { $0.clipQuality = 30 } == [.clips])
    #expect(try changed { $0.clipBitRate = 90_000 } == [.clips])
    #expect(try changed { $0.clipSound = .opus } == [.clips])
    #expect(try changed { $0.clipSoundBitRate = 90_000 } == [.clips])
    #expect(try changed { $0.spriteInterval = 3 } == [.sprites])
    #expect(try changed { $0.spriteWidth = 90 } == [.sprites])
    #expect(try changed { $0.timelines = [.edl] } == [])
    #expect(try changed { $0.contactSheet = true } == [])
    #expect(try changed { $0.preview = true } == [])
  }

  /// Text is read of every frame: with it, the speed that was asked for does not come to bear.
  @Test func theSpeedCountsWhereItComesToBear() throws {
    #expect(try !changed { $0.speed = .fast }.contains(.scenes))
    let plain = try names { $0.stages = [.scenes] }
    let fast = try names {
      $0.stages = [.scenes]
      $0.speed = .fast
    }
    #expect(plain[.scenes] != fast[.scenes])
    #expect(plain[.plan] != fast[.plan])
  }

  @Test func contentBuildAndLibrariesChangeEveryKey() throws {
    let before = try names { _ in }
    let edits: [(inout CacheKey) -> Void] = [
      { $0.fingerprint = "xxh3-128:01" }, { $0.bytes = 8 }, { $0.container = "matroska" }, { $0.engine += "1" },
      { $0.build += "1" }, { $0.ffmpeg += "1" }, { $0.format += 1 },
    ]
    for edit in edits {
      let after = try names({ _ in }, edit)
      for part in CachePart.allCases { #expect(before[part] != after[part], "\(part)") }
    }
  }

  @Test func theBuildIsNamedAsTheLinkerNamedIt() {
    // 20 bytes of SHA-1, as `readelf --notes` shows them, unless the linker was told not to.
    #expect(BuildIdentity.text.allSatisfy { $0.isHexDigit || $0 == "-" || $0 == "." })
    #expect(BuildIdentity.text.count >= 16)
  }
}
