// swift-tools-version: 6.2
// Targets for libFuzzer over the readers and writers of documents. `tools/fuzz TARGET` builds and runs them; the sources under test
// are those of the package above.
import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

func fuzz(_ name: String, uses dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, swiftSettings: swift + [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzzing",
  targets: [
    .target(name: "Documents", swiftSettings: swift),
    .target(name: "Subtitles", dependencies: ["Documents"], swiftSettings: swift),
    .target(name: "Claims", swiftSettings: swift),
    fuzz("FuzzRequests", uses: ["Claims", "Documents"]),
    fuzz("FuzzMixes", uses: ["Claims", "Documents"]),
    fuzz("FuzzEvents", uses: ["Claims", "Documents"]),
    fuzz("FuzzSubtitles", uses: ["Claims", "Documents", "Subtitles"]),
    fuzz("FuzzTables", uses: ["Claims", "Documents"]),
  ]
)
