package import Foundation

/// Films made with the ffmpeg command, kept below the package's build folder so that a second run does not encode again.
package enum Film {
  /// Makes a film with `ffmpeg ARGUMENTS FILE`, or finds the one made before with the same arguments; returns its path.
  package static func make(_ arguments: [String], as fileExtension: String) throws -> String {
    try cached(key: arguments.joined(separator: "\u{1}"), as: fileExtension) { path in
      _ = try tool("ffmpeg", ["-nostdin", "-v", "error", "-y"] + arguments + [path])
    }
  }

  /// Makes a file by changing the bytes of another, or finds the one made before under the same name.
  package static func alter(_ source: String, _ name: String, _ change: (inout Data) -> Void) throws -> String {
    try cached(key: "\(source) \(name)", as: (source as NSString).pathExtension) { path in
      var data = try contents(of: source)
      change(&data)
      try data.write(to: URL(fileURLWithPath: path))
    }
  }

  private static func cached(key: String, as fileExtension: String, make: (String) throws -> Void) throws -> String {
    let folder = "\(packageRoot)/.build/test-media"
    let path = "\(folder)/\(hash(key)).\(fileExtension)"
    if exists(path) { return path }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let unfinished = "\(folder)/unfinished-\(UUID().uuidString).\(fileExtension)"
    defer { try? FileManager.default.removeItem(atPath: unfinished) }
    try make(unfinished)
    // Of two that make it at once the first counts: a film that is being read must not be replaced.
    guard link(unfinished, path) == 0 || errno == EEXIST else {
      throw CommandFailure(description: "cannot keep \(path)")
    }
    return path
  }

  /// FNV-1a with 64 bits, http://www.isthe.com/chongo/tech/comp/fnv/: the same in every process, unlike Hashable.
  private static func hash(_ text: String) -> String {
    String(text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 16)
  }
}

extension Film {
  /// The frames at which a new scene starts in the films of `segments`, and their number of frames.
  package static let cuts = [0, 30, 55]
  package static let length = 80

  /// Arguments for three clearly different segments of 30, 25 and 25 frames at 25 a second; none of them plain.
  package static func segments(_ size: String = "160x120", filter: String = "null") -> [String] {
    // Noise, since Theora leaves out a frame that repeats the one before.
    let sources = [
      ("testsrc2", 30, "null"), ("mandelbrot", 25, "noise=alls=8:allf=t"), ("smptebars", 25, "noise=alls=8:allf=t"),
    ]
    let inputs = sources.flatMap { name, frames, change in
      ["-f", "lavfi", "-i", "\(name)=s=\(size):r=25,trim=end_frame=\(frames),setsar=1,format=yuv420p,\(change)"]
    }
    return inputs + ["-filter_complex", "[0:v][1:v][2:v]concat=n=3:v=1,\(filter)[v]", "-map", "[v]"]
  }

  /// A film of `segments`, encoded without loss: what the films of other formats are made from.
  package static func master(_ size: String = "160x120", filter: String = "null") throws -> String {
    try make(segments(size, filter: filter) + ["-c:v", "ffv1"], as: "mkv")
  }

  /// The master in H.264 with B-frames, in MP4, without sound.
  package static func plain() throws -> String {
    try make(["-i", master(), "-c:v", "libx264", "-preset", "veryfast", "-bf", "3"], as: "mp4")
  }

  /// The master in H.264 with a 1 kHz tone in AAC, in MP4.
  package static func withSound() throws -> String {
    try make(
      [
        "-i", master(), "-f", "lavfi", "-i", "sine=1000:r=48000:d=3.2", "-c:v", "libx264", "-preset", "veryfast",
        "-c:a", "aac",
      ], as: "mp4")
  }

  /// 1080p that takes a worker of one thread long enough, some seconds, to be stopped in the middle of its work.
  package static func long(seconds: Int = 40) throws -> String {
    let part = try make(
      ["-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=25:d=4", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "42"],
      as: "mp4")
    return try make(["-stream_loop", "\(seconds / 4 - 1)", "-i", part, "-c", "copy"], as: "mp4")
  }
}
