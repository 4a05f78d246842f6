package import Documents
import Media
import TextRecognition

/// What this build is made of.
package enum Engine {
  package static var version: EngineVersion {
    EngineVersion(
      version: Program.version, ffmpeg: LibraryVersions.ffmpeg, tesseract: TesseractEngine.version,
      sandbox: WorkerRoom.level)
  }
}
