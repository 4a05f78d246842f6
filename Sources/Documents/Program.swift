/// This program.
package enum Program {
  package static let name = "cutroom"
  package static let version = "0.1.0"
}
