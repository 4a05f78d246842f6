import Foundation
import TestSupport
import Testing

/// The mutation run of tools/fuzz, short and always the same, and proof that it sees what it looks for.
@Suite(.enabled(if: Samples.areThere))
struct DamagedFilmTests {
  private func fuzz(_ binary: String, files: Int) throws -> Outcome {
    let folder = try TemporaryFolder()
    return try run(
      "/usr/bin/python3",
      [
        "\(packageRoot)/tools/fuzz", "media", "--files", "\(files)", "--batch", "12", "--seed", "tests", "--binary",
        binary, "--findings", folder("findings"),
      ], timeLimit: 600)
  }

  @Test func `damaged films of every format end in documents, and nothing is left`() throws {
    let outcome = try fuzz(cutroomBinary, files: 96)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.lines.first?.hasPrefix("96 damaged films of 24 formats") == true)
    #expect(outcome.lines.last == "0 findings")
  }

  /// A program that says what it should, but for one thing.
  static let faults = [
    ("a parent that dies", "kill -SEGV $$", "ended with -11"),
    ("a document that is missing", "rm -r \"$out\"/00003-*", "no document"),
    ("a workspace that stays", "mkdir \"$work/cutroom-1-abcdef\"", "a workspace was left"),
    ("a process that stays", "sleep 20 >/dev/null 2>&1 &", "a process was left"),
    ("results half done", "mkdir \"$out/.cutroom-1-7\"", "was left in the output folder"),
    (
      "a code that is on no list", "sed -i 's/\"not_media\"\\|\"corrupt\"/\"odd\"/' \"$out\"/*/analysis.json",
      "'odd' is not one of"
    ),
    (
      "a film that always times out",
      "sed -i 's/\"not_media\"\\|\"corrupt\"/\"timed_out\"/' \"$out\"/*/analysis.json", "timed_out in"
    ),
    ("pictures that are gone", "rm -rf \"$out\"/*/frames", "is not there"),
  ]

  @Test(arguments: faults)
  func `a run notices`(name: String, fault: String, word: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      #!/bin/bash
      "\(cutroomBinary)" "$@"
      code=$?
      [ "$1" = analyze ] || exit $code
      out=$4 work=$6
      \(fault)
      exit $code
      """, to: "program")
    #expect(chmod(folder("program"), 0o755) == 0)
    let outcome = try fuzz(folder("program"), files: 12)
    #expect(outcome.exitCode == 1, "\(name)")
    #expect(outcome.errors.contains(word), "\(name): \(outcome.errors)")
  }
}
