/// Ends the program where something does not hold; unlike a precondition it says what, in an optimised build too.
package func claim(_ holds: Bool, _ message: @autoclosure () -> String = "a claim does not hold", line: Int = #line) {
  guard holds else { fatalError("line \(line): \(message())") }
}
