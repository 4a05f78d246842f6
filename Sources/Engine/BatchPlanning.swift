import Documents

/// What is decided about a batch before it begins.
extension Batch {
  /// One file of statistics speaks of one film.
  static func checkStatistics(_ settings: Settings, inputs: Int) throws(DocumentError) {
    guard settings.batch.sceneStats != nil else { return }
    guard inputs == 1 else {
      throw DocumentError("--scene-stats names a file for one input, and there are \(inputs)")
    }
    guard settings.options.stages.contains(.scenes) else {
      throw DocumentError("--scene-stats tells how scenes were found; add scenes to --stages")
    }
  }

  /// Shares the cores once between files at once and decoder threads of each.
  static func share(cores all: Int, files: Int, batch: BatchSettings) -> (jobs: Int, threads: Int) {
    let cores = batch.cpus ?? all
    let jobs = batch.jobs ?? max(1, min(cores / (batch.threads ?? 1), max(1, files)))
    return (jobs, batch.threads ?? max(1, cores / jobs))
  }

  /// By size, which stands for the work.
  static func longestFirst(_ items: [Item]) -> [Item] {
    let sizes = items.map { FileSystem.status($0.input.path)?.bytes ?? 0 }
    return items.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }.map { items[$0] }
  }

  /// What is given in three ways must fit together.
  static func checkBudget(_ batch: BatchSettings) throws(DocumentError) {
    guard let cpus = batch.cpus else { return }
    let wanted = (batch.jobs ?? 1) * (batch.threads ?? 1)
    guard wanted <= cpus else {
      throw DocumentError("--jobs times --threads is \(wanted), more than the \(cpus) of --cpus")
    }
  }
}
