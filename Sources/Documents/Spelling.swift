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

  /// Levenshtein's edit distance, in characters.
  package static func editDistance(_ first: String, _ second: String) -> Int {
    let second = Array(second)
    var row = Array(0...second.count)
    for (i, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in second.enumerated() {
        let replaced = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[second.count]
  }
}
