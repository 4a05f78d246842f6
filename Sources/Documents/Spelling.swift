/// Finds the word that somebody probably meant.
package enum Spelling {
  /// `; did you mean "x"?` where a known word is close, else `; known: …`.
  package static func hint(for word: String, among known: [String]) -> String {
    if let near = closest(to: word, among: known) { return "; did you mean \"\(near)\"?" }
    return known.isEmpty ? "" : "; known: \(known.sorted().joined(separator: ", "))"
  }

  /// The known word with the smallest edit distance, if that is at most a third of the word's length (at least 2).
  package static func closest(to word: String, among known: [String]) -> String? {
    let bound = max(2, word.count / 3)
    return known.map { (editDistance(word.lowercased(), $0.lowercased()), $0) }
      .filter { $0.0 <= bound }
      .min { ($0.0, $0.1) < ($1.0, $1.1) }?.1
  }

  /// Edit distance in characters, where two neighbours that changed places are one mistake (optimal string alignment, after
  /// Damerau).
  package static func editDistance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first), Array(second))
    var before = [Int]()
    var row = Array(0...second.count)
    for i in first.indices {
      var next = [i + 1]
      for j in second.indices {
        var least = min(row[j] + (first[i] == second[j] ? 0 : 1), next[j] + 1, row[j + 1] + 1)
        if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] { least = min(least, before[j - 1] + 1) }
        next.append(least)
      }
      (before, row) = (row, next)
    }
    return row[second.count]
  }
}
