import Foundation
import Synchronization

/// The real films that tools/fetch-samples takes out of Debian packages.
package enum Samples {
  /// The folder they are in, or why they are not there.
  package static let folder = Result<String, CommandFailure> { () throws(CommandFailure) in
    let outcome = try? run("\(packageRoot)/tools/fetch-samples", [], timeLimit: 300)
    guard let outcome, outcome.exitCode == 0, let folder = outcome.lines.last else {
      throw CommandFailure(description: outcome?.errors ?? "tools/fetch-samples did not end")
    }
    return folder
  }

  /// Whether they could be fetched. What needs them is skipped on a machine that cannot reach Debian's archive.
  package static var areThere: Bool {
    if case .failure(let error) = folder {
      print("The sample films could not be fetched, tests that need them are skipped: \(error)")
      return false
    }
    return true
  }

  package static func film(_ name: String) throws -> String { "\(try folder.get())/\(name)" }

  private static let lists = Mutex<[String: FrameList]>([:])

  /// The pictures of one of them, which are counted once: they are thousands.
  package static func frames(of name: String) throws -> FrameList {
    try lists.withLock { lists in
      if let list = lists[name] { return list }
      let list = try FrameList(of: film(name))
      lists[name] = list
      return list
    }
  }
}

/// Stretches of a real film, drawn and mostly with a moving camera, that were looked at frame by frame: no boundary lies
/// within.
package enum Shot: Int, CaseIterable, Sendable {
  case seabed = 440
  case house = 880
  case table = 1300
  case sea = 1800
  case room = 1975

  /// The first `frames` frames at 25 a second, 320×180, without loss; at most 100.
  package func clip(_ frames: Int = 100) throws -> String {
    let all = try Film.make(
      ["-i", Samples.film("fillets-intro.mpg"), "-an", "-vf", "scale=320:180:flags=area,setsar=1", "-vsync", "0"]
        + ["-c:v", "ffv1", "-g", "1"], as: "mkv")
    // Half a frame before the first, as timestamps are rounded.
    let start = String((Double(rawValue) - 0.5) / 30)
    return try Film.make(
      [
        "-ss", start, "-i", all, "-an", "-vf", "setpts=N/(25*TB)", "-r", "25", "-frames:v", "\(frames)", "-c:v", "ffv1",
      ],
      as: "mkv")
  }

  /// One still picture: the first of the stretch.
  package func still() throws -> String { try Film.make(["-i", clip(), "-frames:v", "1"], as: "png") }
}
