import Foundation
import TestSupport
import Testing

/// The scenes of real films that can be fetched, line by line as they were when someone last looked at them.
///
/// A change of the detector that moves one of them is meant, or it is a fault: Tests/Goldens/scenes is renewed with
/// `cutroom scenes FILM --csv`, after a look at the frames. What is right and wrong in them, the truths tell.
@Suite(.enabled("the sample films can be fetched") { Samples.areThere })
struct GoldenSceneTests {
  static let films = ["wannaworktogether.mp4", "fillets-intro.mpg"]

  private static func name(_ film: String) -> String { (film as NSString).deletingPathExtension }

  @Test(arguments: films) func `scenes are the golden ones`(film: String) throws {
    let outcome = try cutroom(["scenes", Samples.film(film), "--csv"])
    #expect(outcome.exitCode == 0)
    let golden = try contents(of: "\(packageRoot)/Tests/Goldens/scenes/\(Self.name(film)).csv")
    #expect(
      outcome.text.components(separatedBy: "\r\n")
        == String(decoding: golden, as: UTF8.self).components(separatedBy: "\r\n"))
  }

  /// By the truths: at most five false reports where there is no boundary; of the drawn film, which is all dissolves, particles
  /// and zooms, more than other detectors find (the best of PySceneDetect: F1 0.52).
  @Test func `against what people saw they are good enough`() throws {
    let found = try RealFilmTests.run.get().output
    func score(_ film: String) throws -> String {
      let truth = "\(packageRoot)/Resources/truths/\(Self.name(film)).json"
      let scorer = "\(packageRoot)/tools/benchmarks/score_scenes.py"
      return try tool("python3", [scorer, truth, "\(found)/\(film)/analysis.json"]).lines[0]
    }
    func figure(_ name: String, in line: String) throws -> Double {
      let words = line.split(separator: " ")
      let place = try #require(words.firstIndex { $0 == name })
      return try #require(Double(words[place + 1]))
    }
    #expect(try figure("false", in: score("wannaworktogether.mp4")) <= 5)
    #expect(try figure("F1", in: score("fillets-intro.mpg")) >= 0.69)
  }

  @Test func `the scorer keeps its own rules`() throws {
    let folder = "\(packageRoot)/tools/benchmarks"
    let outcome = try TestSupport.run(
      "/usr/bin/python3", ["-B", "-m", "unittest", "discover", "-s", folder, "-p", "test_*.py"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(!outcome.errors.contains("Ran 0 tests"))
  }

  @Test(arguments: films) func `truths speak of these films`(film: String) throws {
    let truth = try JSON(contents(of: "\(packageRoot)/Resources/truths/\(Self.name(film)).json"))
    #expect(truth.film.string == film)
    #expect(try truth.frames.int == Samples.frames(of: film).timestamps.count)
    let boundaries = truth.boundaries.items
    #expect(boundaries.allSatisfy { ($0.first.int ?? 0) <= ($0.last.int ?? -1) })
    #expect(boundaries.allSatisfy { ($0.kind.string == "cut") == ($0.first == $0.last) })
    #expect(boundaries.compactMap { $0.first.int } == boundaries.compactMap { $0.first.int }.sorted())
  }
}
