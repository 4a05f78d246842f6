import Documents
import FoundationEssentials

/// Writes `dataset.jsonl`: a line for every scene of every film of a batch. One document is held in memory at a time.
struct DatasetFile {
  /// The folder of the batch.
  let folder: String

  static let name = "dataset.jsonl"

  /// Removes what an earlier run left: it does not speak of the films of this one.
  func removeEarlier() { FileSystem.remove(Path.join(folder, Self.name)) }

  /// Reads the document of every line, in order, and writes the rows; the file is there whole or not at all. Returns the
  /// documents that are gone.
  ///
  /// A film whose document holds no scenes has no row. Throws `output_failed` where a document cannot be read or the rows
  /// cannot be written.
  func write(_ lines: [ResultLine]) throws(ErrorRecord) -> [String] {
    var missing: [String] = []
    let target = Path.join(folder, Self.name)
    let unfinished = "\(target)\(FileSystem.unfinishedSuffix)"
    do throws(ErrorRecord) {
      let descriptor = try FileSystem.create(unfinished)
      do throws(ErrorRecord) {
        for line in lines {
          guard let place = line.document, line.status == .succeeded || line.status == .partial else { continue }
          guard FileSystem.exists(Path.join(folder, place)) else {
            missing.append(place)
            continue
          }
          try FileSystem.writeAll(rows(of: place), to: descriptor, path: target)
        }
      } catch {
        FileSystem.abandon(descriptor)
        throw error
      }
      try FileSystem.finish(descriptor, path: target)
      try Publisher.installFile(unfinished, at: target)
    } catch {
      FileSystem.remove(unfinished)
      throw error
    }
    return missing
  }

  private func rows(of place: String) throws(ErrorRecord) -> [UInt8] {
    let bytes = try FileSystem.read(Path.join(folder, place))
    var text: [UInt8] = []
    do {
      let document = try JSONDecoder().decode(DatasetSource.self, from: Data(bytes))
      for row in document.rows(at: place) {
        text += try DocumentEncoder.line(row).utf8
        text.append(UInt8(ascii: "\n"))
      }
    } catch {
      throw ErrorRecord(
        .outputFailed,
        "the dataset cannot be written: \(place) is no analysis document (\(error)); --force makes it anew",
        stage: "output")
    }
    return text
  }
}
