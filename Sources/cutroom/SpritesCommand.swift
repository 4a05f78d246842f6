import Documents

extension Command {
  /// `cutroom sprites`: a batch that makes sprites and nothing else.
  static let sprites = Command(
    name: "sprites", usage: "INPUT... -o DIR",
    summary: "Make sheets of small pictures for the time line of a player.",
    details: """
      INPUT is a file, a folder that is searched with all it holds, or @LIST, a file with one path a line.
      DIR gets a folder for each input with sprites.vtt (WebVTT), its sheets in sprites/, and analysis.json. The film is not
      decoded: key frames stand for the times near them, and frames in between are fetched where none is near.
      """,
    settings: SettingTable.all.filter {
      $0.group == .limit || $0.group == .cache || $0.group == .batch && $0.key != "scene_stats" || $0.group == .report
        || ["sprite_interval", "sprite_width"].contains($0.key)
    },
    extras: [Extra(flag: "--output", short: "-o", placeholder: "DIR", help: "Where the results go.")],
    arguments: 1...Int.max,
    run: { invocation in
      var invocation = invocation
      invocation.settings.options.stages = []
      invocation.settings.options.sprites = true
      return try AnalyzeCommand.run(invocation, as: "sprites")
    }, startsWorkers: true)
}
