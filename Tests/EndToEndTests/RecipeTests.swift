import Foundation
import TestSupport
import Testing

/// The recipes of Resources/recipes that need no cluster; tools/test-slurm tests the one that does.
struct RecipeTests {
  private func recipe(_ name: String) -> String { "\(packageRoot)/Resources/recipes/\(name)" }

  @Test func `GNU parallel does what one batch does, and nothing of it again`() throws {
    let folder = try TemporaryFolder()
    for name in ["a.mp4", "sub/a.mp4", "sub/b c.mp4", "d.mp4"] { try folder.copy(Film.plain(), to: "in/\(name)") }
    try folder.write("no film", to: "in/sub/broken.mp4")
    let whole = try Batch([folder("in")], into: folder("whole"), ["--stages", "scenes"])
    func parallel() throws -> Outcome {
      try run(
        "/bin/bash", [recipe("parallel.sh"), folder("in"), folder("out"), "--stages", "scenes"],
        environment: ["CUTROOM": cutroomBinary, "SHARDS": "8", "JOBS": "2"], timeLimit: 170)
    }
    let outcome = try parallel()
    #expect(outcome.exitCode == 1, "\(outcome.errors)")
    let all = folder("out/all")
    #expect(everything(in: all).sorted() == everything(in: whole.output).sorted())
    let summary = try JSON(contents(of: "\(all)/batch.json"))
    #expect(summary.totals.succeeded.int == 4)
    #expect(summary.totals.failed.int == 1)
    for name in ["a.mp4", "sub/a.mp4", "sub/b c.mp4", "d.mp4"] {
      let document = try JSON(contents(of: "\(all)/\(name)/analysis.json"))
      #expect(try document.scenes == whole.document(name).scenes)
    }

    let documents = everything(in: folder("out/parts")).filter { $0.hasSuffix("analysis.json") }.map {
      folder("out/parts/\($0)")
    }
    let before = try documents.map { try FileManager.default.attributesOfItem(atPath: $0)[.modificationDate] as? Date }
    #expect(try parallel().exitCode == 1)
    let after = try documents.map { try FileManager.default.attributesOfItem(atPath: $0)[.modificationDate] as? Date }
    #expect(before == after)
  }

  @Test func `a recipe ends with what went wrong`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/a.mp4")
    let outcome = try run(
      "/bin/bash", [recipe("parallel.sh"), folder("in"), folder("out"), "--stages", "nonsense"],
      environment: ["CUTROOM": cutroomBinary, "SHARDS": "1"], timeLimit: 100)
    #expect(outcome.exitCode == 4)
    #expect(outcome.errors.contains("jobs.log"))
    #expect(!exists(folder("out/all/batch.json")))
  }

  private func complaints(_ manifest: String) throws -> Outcome {
    try run(pythonPath, ["-m", "kubernetes_validate", "--strict", manifest])
  }

  @Test func `the Kubernetes manifest holds to the schema`() throws {
    let good = try complaints(recipe("kubernetes-job.yaml"))
    #expect(good.exitCode == 0, "\(good.text)\(good.errors)")
    #expect((good.text + good.errors).contains("passed for resource job/cutroom"))
    let folder = try TemporaryFolder()
    let text = String(decoding: try contents(of: recipe("kubernetes-job.yaml")), as: UTF8.self)
    for (right, wrong) in [("completions: 8", "completions: eight"), ("backoffLimitPerIndex", "backoffLimitPerindex")] {
      try folder.write(text.replacingOccurrences(of: right, with: wrong), to: "job.yaml")
      #expect(try complaints(folder("job.yaml")).exitCode != 0, "\(wrong)")
    }
  }
}
