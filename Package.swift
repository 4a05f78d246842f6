// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]

/// For what goes over every pixel and sample that tests make and compare: optimised in debug builds too.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// A system library: a module map and a shim header, found with pkg-config.
func library(_ name: String, pkgConfig: String, debian: [String]) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt(debian)])
}

func module(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swift)
}

func tests(of name: String, uses dependencies: [Target.Dependency] = [], _ more: [SwiftSetting] = []) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: swift + more)
}

let package = Package(
  name: "cutroom",
  targets: [
    library(
      "CFFmpeg", pkgConfig: "libavformat libavcodec libavutil libswscale libswresample",
      debian: ["libavformat-dev", "libavcodec-dev", "libavutil-dev", "libswscale-dev", "libswresample-dev"]),
    // Tesseract itself is named by the module map: what its pkg-config file adds is for static linking, and every command would
    // load those libraries.
    library("CTesseract", pkgConfig: "lept", debian: ["libtesseract-dev", "libleptonica-dev"]),
    library("CLoudness", pkgConfig: "libebur128", debian: ["libebur128-dev"]),
    library("CHash", pkgConfig: "libxxhash", debian: ["libxxhash-dev"]),
    library("CSandbox", pkgConfig: "libseccomp", debian: ["libseccomp-dev"]),

    // Optimised in debug builds too, where tests compare the loops that are shipped.
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),

    module("Timing"),
    module("Documents"),
    // By itself, as its hundred thousand bytes take longer to compile than the rest of the program.
    .target(name: "Schemas", resources: [.embedInCode("Files")], swiftSettings: swift),
    .target(name: "ReportTemplate", resources: [.embedInCode("Files")], swiftSettings: swift),
    module("Media", uses: ["CFFmpeg", "CKernels", "Documents", "Timing"]),
    module("SceneDetection", uses: ["CKernels", "Timing"]),
    module("FrameExtraction", uses: ["Documents", "Media", "Timing"]),
    module("TextRecognition", uses: ["CKernels", "CTesseract", "Documents", "Media", "Timing"]),
    module("Timelines", uses: ["Documents", "Timing"]),
    module("AudioMixing", uses: ["CKernels", "CLoudness", "Documents", "Media", "Timing"]),
    module(
      "Engine",
      uses: [
        "AudioMixing", "CHash", "CSandbox", "Documents", "FrameExtraction", "Media", "ReportTemplate", "SceneDetection",
        "TextRecognition", "Timelines", "Timing",
      ]),
    .executableTarget(
      name: "cutroom", dependencies: ["Documents", "Engine", "Schemas", "Timelines"], swiftSettings: swift),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swift + optimized),
    .testTarget(name: "EndToEndTests", dependencies: ["TestSupport"], swiftSettings: swift),
    tests(of: "Timing"),
    tests(of: "Documents"),
    tests(of: "Media", uses: ["Documents", "TestSupport", "Timing"]),
    tests(of: "SceneDetection", uses: ["CKernels", "Timing"]),
    tests(of: "FrameExtraction"),
    tests(of: "AudioMixing", uses: ["CKernels", "Documents", "Media"], optimized),
    tests(of: "TextRecognition", uses: ["CKernels", "Documents", "Media", "Timing"]),
    tests(of: "Timelines", uses: ["Documents", "TestSupport"]),
    tests(of: "Engine", uses: ["Documents", "FrameExtraction", "Media", "SceneDetection", "TestSupport", "Timing"]),
  ]
)
