import Documents
import Glibc
import Timing

/// Writes a worker's events to standard output, one JSON object a line.
final class EventWriter {
  /// Seconds between two progress events.
  static let interval = 0.2

  private let requestID: String
  private let path: String
  private let descriptor: Int32
  private var lastProgress = -Double.infinity
  private var hasStarted = false

  init(requestID: String, path: String, descriptor: Int32 = STDOUT_FILENO) {
    self.requestID = requestID
    self.path = path
    self.descriptor = descriptor
  }

  /// Each request has one such event, before any other; `duration` is missing where the input could not be opened.
  func started(duration: Double?) {
    hasStarted = true
    var event = self.event(.started)
    event.durationSeconds = duration
    write(event)
  }

  /// `stage` names what is done once the pass is over.
  func progress(_ progress: PassProgress, stage: String? = nil) {
    let now = Clock.now
    guard now - lastProgress >= Self.interval else { return }
    lastProgress = now
    var event = event(progress)
    event.stage = stage
    write(event)
  }

  private func event(_ progress: PassProgress) -> Event {
    var event = self.event(.progress)
    event.progress = progress.fraction.rounded(places: 4)
    event.frames = progress.frames
    event.mediaSeconds = progress.seconds.roundedToMicrosecond
    return event
  }

  /// Says that every frame was seen and what is left has no frames to count: reading, second looks, moving results.
  func finishing(_ progress: PassProgress) {
    var event = self.event(progress)
    event.stage = "output"
    write(event)
  }

  func warning(_ warning: WarningRecord) {
    var event = self.event(.warning)
    event.stage = warning.stage
    event.code = warning.code
    event.message = warning.message
    write(event)
  }

  func finished(_ fill: (inout Event) -> Void) {
    if !hasStarted { started(duration: nil) }
    var event = self.event(.finished)
    fill(&event)
    write(event)
  }

  private func event(_ kind: Event.Kind) -> Event {
    var event = Event(kind, requestID: requestID, time: Clock.timestamp)
    event.path = path
    return event
  }

  /// A reader that has gone away is no reason to lose the results: the lines are dropped.
  private func write(_ event: Event) {
    guard let line = try? DocumentEncoder.line(event) else { return }
    try? FileSystem.writeAll(Array((line + "\n").utf8), to: descriptor, path: "the events")
  }
}
