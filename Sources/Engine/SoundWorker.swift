import AudioMixing
import Documents
import Media
import Timing

/// Measuring and normalizing one file, inside a worker.
enum SoundWorker {
  static func loudness(_ request: Request, _ events: EventWriter) -> Int32 { 1 }
  static func normalize(_ request: Request, _ events: EventWriter) -> Int32 { 1 }
}
