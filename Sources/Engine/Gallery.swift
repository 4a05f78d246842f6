import Documents
import FrameExtraction
import Glibc
import Timing

/// Names pictures after their scenes and drops those that were not chosen.
struct Gallery {
  let folder: String
  let assembler: SceneAssembler

  func arrange(_ shots: [SceneAssembler.Shot], end: Int) throws -> [FramePicture] {
    var pictures: [FramePicture] = []
    var used = Set<String>()
    let digits = max(4, String(shots.count).count)
    for (index, shot) in shots.enumerated() {
      let stop = index + 1 < shots.count ? shots[index + 1].start.index : end
      let chosen = assembler.pictures(of: shot, until: stop)
      for (number, kept) in chosen.enumerated() {
        used.insert(kept.file)
        var name = "scene-" + Self.padded(index + 1, digits)
        if assembler.framesPerScene > 1 {
          name += "-" + Self.padded(number + 1, String(assembler.framesPerScene).count)
        }
        name += "." + Path.fileExtension(kept.file)
        guard rename(Path.join(folder, kept.file), Path.join(folder, name)) == 0 else {
          throw FileSystem.failure("name the picture", name)
        }
        var picture = FramePicture(
          id: pictures.count + 1, sceneID: index + 1, at: assembler.instant(kept.time), file: "frames/" + name,
          width: kept.width, height: kept.height, bytes: kept.bytes, sharpness: kept.sharpness, luma: kept.luma)
        picture.scores = kept.scores
        pictures.append(picture)
      }
    }
    for kept in shots.flatMap(\.pictures) where !used.contains(kept.file) { unlink(Path.join(folder, kept.file)) }
    return pictures
  }

  static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
