package import Documents
import Media
import TextRecognition

/// Looks at the installation: versions, languages, codecs, limits, disk.
package enum Doctor {
  /// What was found, as JSON or as text.
  package struct Report: Encodable, Sendable {
    package var engine: EngineVersion
    package var libraries: [String: String]
    package var languages: [String]
    package var languageFolder: String?
    package var decoders: [String: Bool]
    package var pictureFormats: [String: Bool]
    package var cores: Int
    package var memoryBytes: Int64?
    /// How far workers can be locked in, the Landlock ABI of the kernel, and whether system calls can be filtered.
    package var sandbox: SandboxLevel
    package var landlockABI: Int?
    package var systemCallFilter: Bool
    package var workFolder: String
    package var workFolderFreeBytes: Int64?
    /// Sentences about what is missing; empty where all is well.
    package var problems: [String]

    enum CodingKeys: String, CodingKey {
      case engine, libraries, languages
      case languageFolder = "language_folder"
      case decoders
      case pictureFormats = "picture_formats"
      case cores
      case memoryBytes = "memory_bytes"
      case sandbox
      case landlockABI = "landlock_abi"
      case systemCallFilter = "system_call_filter"
      case workFolder = "work_folder"
      case workFolderFreeBytes = "work_folder_free_bytes"
      case problems
    }
  }

  private static let decoderNames = [
    "h264", "hevc", "vp8", "vp9", "libdav1d", "av1", "mpeg2video", "mpeg4", "theora", "mjpeg", "prores", "aac", "mp3",
    "opus", "vorbis", "ac3", "flac", "pcm_s16le",
  ]

  /// What is wrong with the first of these languages that cannot be read.
  package static func missingLanguage(_ languages: [String]) -> ErrorRecord? {
    do {
      try LanguageModels.check(languages)
      return nil
    } catch {
      return error.record(stage: "text")
    }
  }

  /// What is wrong where clips are to be encoded and there is no encoder for them.
  package static func missingClipEncoder(_ options: AnalysisOptions) -> ErrorRecord? {
    do {
      try ClipProduction.check(options)
      return nil
    } catch {
      return ErrorRecord(describing: error, stage: "clips")
    }
  }

  package static func examine(workDir: String?) -> Report {
    let folder = workDir ?? Workspace.defaultFolder
    var report = Report(
      engine: Engine.version, libraries: [:], languages: LanguageModels.installed,
      languageFolder: LanguageModels.folder, decoders: [:], pictureFormats: [:], cores: ProcessUsage.cores,
      memoryBytes: ProcessUsage.systemMemoryBytes, sandbox: Sandbox.available, landlockABI: Sandbox.landlockABI,
      systemCallFilter: Sandbox.hasFilters, workFolder: folder,
      workFolderFreeBytes: FileSystem.freeBytes(folder),
      problems: [])
    for (name, version) in LibraryVersions.libraries { report.libraries[name] = version }
    report.libraries["tesseract"] = TesseractEngine.version
    for name in decoderNames { report.decoders[name] = LibraryVersions.hasDecoder(name) }
    for format in AnalysisOptions.PictureFormat.allCases {
      report.pictureFormats[format.rawValue] = PictureEncoder.canWrite(format)
    }
    report.problems = problems(report)
    return report
  }

  private static func problems(_ report: Report) -> [String] {
    var problems: [String] = []
    if !report.languages.contains(where: { $0 != "osd" }) {
      problems.append("no language for text recognition is installed; on Debian: apt install tesseract-ocr-eng")
    }
    for format in report.pictureFormats.sorted(by: { $0.key < $1.key }) where !format.value {
      problems.append("this FFmpeg cannot write \(format.key) pictures")
    }
    if let problem = problem(ofWorkFolder: report.workFolder) { problems.append(problem) }
    if let free = report.workFolderFreeBytes {
      if free < 1 << 30 { problems.append("less than 1 GiB is free in \(report.workFolder)") }
    }
    return problems
  }

  /// Why no workspace can be made there; tried by making one.
  private static func problem(ofWorkFolder folder: String) -> String? {
    guard FileSystem.status(folder)?.isFolder == true else {
      return "\(folder) is no folder; set --work-dir to one that exists"
    }
    do throws(ErrorRecord) {
      try Workspace(in: folder).remove()
      return nil
    } catch {
      return "no workspace can be made: \(error.message); set --work-dir to a folder that can be written"
    }
  }
}

extension Doctor.Report {
  /// For people.
  package var text: String {
    func yes(_ value: [String: Bool]) -> String {
      let missing = value.filter { !$0.value }.keys.sorted()
      return value.filter(\.value).keys.sorted().joined(separator: " ")
        + (missing.isEmpty ? "" : "   (missing: \(missing.joined(separator: " ")))")
    }
    var rows = [
      ("cutroom", engine.version), ("ffmpeg", engine.ffmpeg),
      ("libraries", libraries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")),
      ("languages", languages.isEmpty ? "none" : languages.joined(separator: " ") + "   in " + (languageFolder ?? "")),
      ("decoders", yes(decoders)), ("pictures", yes(pictureFormats)), ("cores", "\(cores)"),
    ]
    if let memoryBytes { rows.append(("memory", "\(memoryBytes >> 20) MiB")) }
    let landlock = landlockABI.map { "Landlock ABI \($0)" } ?? "no Landlock"
    rows.append(
      (
        "sandbox",
        "\(sandbox.rawValue) (\(landlock), \(systemCallFilter ? "system calls filtered" : "no filter of system calls"))"
      ))
    rows.append(("work folder", workFolder + (workFolderFreeBytes.map { ", \($0 >> 20) MiB free" } ?? "")))
    rows.append(("problems", problems.isEmpty ? "none" : ""))
    return rows.map { name, value in
      name + String(repeating: " ", count: 14 - name.count) + value + "\n"
    }.joined() + problems.map { "  - \($0)\n" }.joined()
  }
}
