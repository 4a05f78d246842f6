/// Small pictures at even steps of time, in sheets, and the WebVTT file that says which stands where.
package struct SpriteDescription: Codable, Sendable, Equatable {
  package enum Accuracy: String, Codable, Sendable, CaseIterable {
    /// Each picture is the frame on the screen at its time.
    case exact
    /// A key frame up to half an interval from its time, where there is one; else the frame on the screen.
    case keyFrames = "key_frames"
  }

  /// The WebVTT file, relative to the document.
  package var file: String
  package var intervalSeconds: Double
  package var accuracy: Accuracy
  /// Pictures in all sheets.
  package var count: Int
  package var sheets: Int
  /// Of one picture, in pixels.
  package var width: Int
  package var height: Int
  /// Of a full sheet; the last one may be smaller.
  package var columns: Int
  package var rows: Int

  package init(
    file: String, intervalSeconds: Double, accuracy: Accuracy, count: Int, sheets: Int, width: Int, height: Int,
    columns: Int, rows: Int
  ) {
    self.file = file
    self.intervalSeconds = intervalSeconds
    self.accuracy = accuracy
    self.count = count
    self.sheets = sheets
    self.width = width
    self.height = height
    self.columns = columns
    self.rows = rows
  }

  enum CodingKeys: String, CodingKey {
    case file
    case intervalSeconds = "interval_seconds"
    case accuracy, count, sheets, width, height, columns, rows
  }
}

/// The waveform of one audio track: a picture without margins, whose width is the time from start to end.
package struct WaveformDescription: Codable, Sendable, Equatable {
  package var streamIndex: Int
  /// A PNG picture, relative to the document.
  package var file: String
  /// The same as numbers (JSON), relative to the document.
  package var peaks: String
  /// What the left edge of the picture stands for.
  package var startSeconds: Double
  /// What the right edge stands for: the end of the film, the same for all of its tracks.
  package var endSeconds: Double
  package var width: Int
  package var height: Int

  package init(
    streamIndex: Int, file: String, peaks: String, startSeconds: Double, endSeconds: Double, width: Int, height: Int
  ) {
    self.streamIndex = streamIndex
    self.file = file
    self.peaks = peaks
    self.startSeconds = startSeconds
    self.endSeconds = endSeconds
    self.width = width
    self.height = height
  }

  enum CodingKeys: String, CodingKey {
    case streamIndex = "stream_index"
    case file, peaks
    case startSeconds = "start_seconds"
    case endSeconds = "end_seconds"
    case width, height
  }
}
