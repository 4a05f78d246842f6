import Documents
@testable import Engine
import Foundation
import Media
import SceneDetection
import TestSupport
import Testing
import Timing

@Suite struct FastPlanTests {
  private static let groupLength = 24
  private static let groups = 48

  /// 48 groups of 24 frames, still shots in noise. The shot changes in the middle of every so many groups, and the encoder is not
  /// let see that: its key frames come at regular distances.
  private static func film(
    every groups: Int, length: Int = groupLength, of all: Int = groups, as container: String = "mkv"
  ) throws -> String {
    let shot = "floor((N+\(groupLength / 2))/\(groupLength * groups))"
    let wave = "128+95*sin(X*(2+mod(\(shot)*7,11))/4)*cos(Y*(2+mod(\(shot)*5,9))/3)"
    return try Film.make(
      [
        "-f", "lavfi", "-i", "nullsrc=s=32x18:r=25,trim=end_frame=\(all * groupLength)",
        "-vf", "geq=lum='\(wave)':cb=128:cr=128,scale=128:72,noise=alls=12:allf=t",
        "-c:v", "libx264", "-preset", "veryfast", "-qp", "20", "-bf", "0", "-pix_fmt", "yuv420p", "-x264-params",
        "keyint=\(length):min-keyint=\(length):scenecut=0",
      ], as: container)
  }

  private func plan(_ film: String, threads: Int = 1) throws -> FastPlan? {
    try FastPlan(input: Input(path: film, limits: Limits()), threads: threads) { _ in }
  }

  private enum Holding { case nothing, within, atTheNextKeyFrame }

  private func time(_ frame: Int) -> FrameTime {
    FrameTime(index: frame, pts: Int64(frame), duration: 1, seconds: Double(frame) / 25)
  }

  /// Asks for the plan of each group as a pass does, and tells of what was found in those that are opened, and how many of their
  /// frames were left out as their rest.
  private func plans(
    _ film: String, _ holding: Holding, of groups: Int = groups, threads: Int = 1, leftToRest: Int = 0
  ) throws -> [ParallelDecoder.Plan] {
    let plan = try #require(try plan(film, threads: threads))
    guard case .groups(let route) = plan.route else { return [] }
    var plans: [ParallelDecoder.Plan] = []
    for group in 0..<groups {
      let ready = group - route.planDistance
      if ready >= 0 {
        let end = (ready + 1) * Self.groupLength
        if plans[ready].effort == .sparse, holding != .nothing {
          let at = time(holding == .within ? end - Self.groupLength / 2 : end)
          route.found(Boundary(kind: .cut, at: at, first: at, last: at, confidence: 0.9))
        }
        route.settled(end)
        route.delivered(ready, plans[ready].restTest == nil ? 0 : leftToRest)
      }
      plans.append(route.plan(group))
    }
    return plans
  }

  private func opened(_ plans: [ParallelDecoder.Plan]) -> [Int] { plans.indices.filter { plans[$0].effort == .sparse } }

  /// The share of a whole decode that these groups and all key frames cost.
  private func spent(_ film: String, _ opened: [Int]) throws -> Double {
    var cost = DecodingCost()
    let scan = try PacketScan(of: Input(path: film, limits: Limits()), enough: .max) { cost.add($0) }
    cost.area = scan.area
    let shares = cost.ofOpening
    return cost.ofTheRest + opened.reduce(0) { $0 + shares[$1] }
  }

  @Test func whereOpenedGroupsHoldNothingNoMoreAreOpenedThanAQuarterAllows() throws {
    let film = try Self.film(every: 1)
    let plans = try plans(film, .nothing)
    // What the first sixteen hold is known by then.
    let late = opened(plans).filter { $0 >= 3 * ParallelDecoder.planDistance }
    let first = opened(plans).filter { $0 < 3 * ParallelDecoder.planDistance }
    #expect(!first.isEmpty)
    #expect(try late.isEmpty || spent(film, opened(plans)) <= 0.25)
  }

  @Test func aShortFilmIsNotOpenedBeforeAnythingIsKnownOfIt() throws {
    let film = try Self.film(every: 1, of: 15)
    let plan = try #require(try plan(film))
    guard case .groups(let route) = plan.route else { return }
    #expect(route.planDistance == 3, "a fifth of its groups")
    // None of these holds anything.
    let opened = opened(try plans(film, .nothing, of: 15))
    #expect(opened.count < 10, "\(opened)")
    let long = try #require(try self.plan(Self.film(every: 1)))
    guard case .groups(let route) = long.route else { return }
    #expect(route.planDistance == ParallelDecoder.planDistance)
  }

  @Test func aTransitionOverAKeyFrameIsOneGroups() throws {
    let film = try Self.film(every: 1)
    func opened(endingAt last: Int) throws -> Int {
      let plan = try #require(try plan(film))
      guard case .groups(let route) = plan.route else { return 0 }
      var count = 0
      for group in 0..<Self.groups {
        let ready = group - route.planDistance
        if ready >= 0 {
          let key = (ready + 1) * Self.groupLength
          // Every second group ends in one, which goes on beyond its end.
          if ready % 2 == 0 {
            route.found(
              Boundary(
                kind: .dissolve, at: time(key - 5), first: time(key - 12), last: time(key + last), confidence: 0.9))
          }
          route.settled(key)
          route.delivered(ready, 0)
        }
        if route.plan(group).effort == .sparse { count += 1 }
      }
      return count
    }
    #expect(try opened(endingAt: 4) == opened(endingAt: -4))
  }

  @Test func whatIsSpentIsATenthAndHalfOfWhatHoldsBoundaries() throws {
    let film = try Self.film(every: 1)
    let opened = opened(try plans(film, .within))
    let spent = try spent(film, opened)
    #expect(spent > 0.45 && spent <= 0.60, "\(spent)")
    // Not all at the beginning: what is opened is what is most suspicious of the whole film.
    #expect(opened.contains { $0 >= Self.groups / 2 })
  }

  @Test func whatLeavingOutTheRestOfGroupsSavesIsSpentOnOthers() throws {
    let film = try Self.film(every: 1)
    let opened = opened(try plans(film, .within)).count
    let more = self.opened(try plans(film, .within, leftToRest: Self.groupLength / 2)).count
    #expect(more > opened && more < 2 * opened, "\(more) instead of \(opened)")
  }

  @Test func theRestOfAGroupIsLeftOutOnlyWhereItsKeyFramesTellSomething() throws {
    let suspects: Set = [15, 31, 47]
    let plans = try plans(try Self.film(every: 16), .within)
    let told = Set(plans.indices.filter { plans[$0].restTest != nil })
    // After the last there is no key frame.
    #expect(told == suspects.subtracting([47]) && Set(opened(plans)).count > suspects.count)
  }

  @Test func groupsBetweenAlikeKeyFramesAreOpenedOnlyWhereOthersHeldBoundaries() throws {
    let film = try Self.film(every: 16)
    // The shot changes in the middle of every sixteenth group; of the last group it is not known what follows.
    let suspects: Set = [15, 31, 47]
    #expect(Set(opened(try plans(film, .nothing))) == suspects)
    let bold = Set(opened(try plans(film, .within)))
    #expect(bold.isSuperset(of: suspects) && bold.count > suspects.count, "\(bold)")
    // After the first of them was delivered.
    #expect(bold.subtracting(suspects).allSatisfy { $0 >= 15 + ParallelDecoder.planDistance }, "\(bold)")
  }

  @Test func aClosedGroupEndsWithACutWhereOpenedOnesDid() throws {
    let film = try Self.film(every: 1)
    for (holding, endsWithCut) in [(Holding.within, false), (.atTheNextKeyFrame, true)] {
      let plans = try plans(film, holding)
      // What the first taught is known sixteen groups on.
      let closed = plans[(2 * ParallelDecoder.planDistance)...].dropLast().filter { $0.effort == .key }
      #expect(!closed.isEmpty)
      #expect(closed.allSatisfy { $0.leadsOver != endsWithCut }, "\(holding)")
    }
  }

  /// Shots of 24 frames behind one of 60, and key frames where the encoder sees them change. Of still ones all else is small.
  @Test(arguments: [0, 6]) func aClosedGroupEndsWithACutWhereNothingChangedBeforeALargeKeyFrame(noise: Int) throws {
    let shot = "(1+floor((N-60)/\(Self.groupLength)))*gte(N,60)"
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "nullsrc=s=32x18:r=25,trim=end_frame=\(60 + 39 * Self.groupLength)",
        "-vf",
        "geq=lum='40+170*mod(abs(sin(floor(X/4)*12.9898+floor(Y/4)*78.233+\(shot)*3.7)*43758.5),1)':cb=128:cr=128,scale=320:180"
          + ",noise=alls=\(noise):allf=t",
        "-c:v", "libx264", "-preset", "veryfast", "-qp", "20", "-bf", "0", "-pix_fmt", "yuv420p", "-x264-params",
        "keyint=250:min-keyint=12",
      ], as: "mkv")
    let plans = try plans(film, .nothing, of: 30)
    // By then the groups looked into have taught that no cut comes.
    let closed = plans[(2 * ParallelDecoder.planDistance)...].dropLast().filter { $0.effort == .key }
    try #require(closed.count > 5)
    #expect(closed.allSatisfy { $0.leadsOver == (noise > 0) }, "\(opened(plans)) \(closed.map(\.leadsOver))")
  }

  @Test func ofAClosedGroupTheKeyFrameIsNotDecodedAgain() throws {
    let film = try Self.film(every: 4)
    let plans = try plans(film, .nothing, threads: 2)
    // What ffmpeg averages the same frames to.
    let pictures = try tool(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-i", film, "-vf",
        "select='not(mod(n,\(Self.groupLength)))',scale=64:36:flags=area,format=yuv420p",
        "-vsync", "0", "-f", "rawvideo", "-",
      ]
    ).output
    let size = AnalysisPicture.width * AnalysisPicture.height
    // Luma, and chroma of half as many samples.
    let step = size + size / 2
    try #require(pictures.count == Self.groups * step)
    for (group, plan) in plans.enumerated() {
      guard plan.effort == .key else {
        #expect(plan.key == nil, "the others of an opened group refer to it")
        continue
      }
      let key = try #require(plan.key)
      #expect(key.isKey && key.isDecoded)
      // Milliseconds, at 40 each.
      #expect(key.pts == Int64(group * Self.groupLength * 40))
      let own = key.picture.luma.bytes
      let differences = zip(own, pictures[group * step..<group * step + size]).map { abs(Int($0) - Int($1)) }
      #expect(Double(differences.reduce(0, +)) / Double(size) < 2, "group \(group)")
    }
  }

  @Test func afterDamageThePassDecodesEveryKeyFrameItself() throws {
    let intact = try Self.film(every: 4)
    let keys = try tool(
      "ffprobe",
      ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=size,pos,flags", "-of", "csv=p=0", intact]
    ).lines.map { $0.split(separator: ",") }.filter { $0[2].hasPrefix("K") }
    let (bytes, position) = (try #require(Int(keys[20][0])), try #require(Int(keys[20][1])))
    let film = try Film.alter(intact, "a damaged key frame") { data in
      // Behind the head of the packet.
      for index in position + 60..<position + bytes { data[index] = 0x55 }
    }
    let plan = try #require(try plan(film))
    guard case .groups(let route) = plan.route else { return }
    #expect((0..<ParallelDecoder.planDistance).allSatisfy { route.plan($0).key == nil })
  }

  @Test func whereNothingCanBeLeftOutThereIsNoPlan() throws {
    #expect(try plan(Self.film(every: 4, length: 8)) == nil, "key frames alone are an eighth of the film")
    #expect(try plan(Self.film(every: 4, length: 5000)) == nil, "one key frame")
    #expect(try plan(Self.film(every: 4, as: "h264")) == nil, "no timestamps")
  }
}
