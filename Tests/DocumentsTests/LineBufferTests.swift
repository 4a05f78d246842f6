import Documents
import Testing

struct LineBufferTests {
  private func text(_ lines: [[UInt8]]) -> [String] { lines.map { String(decoding: $0, as: UTF8.self) } }

  @Test func `lines come whole however they are cut`() {
    var buffer = LineBuffer()
    var lines: [String] = []
    for byte in Array("one\n\ntwo\nthr".utf8) { lines += text(buffer.add([byte])) }
    lines += text(buffer.add(ArraySlice("ee\nfour\n".utf8)))
    #expect(lines == ["one", "", "two", "three", "four"])
  }

  @Test func `a line that never ends is dropped to its end, and no other`() {
    var buffer = LineBuffer()
    let endless = [UInt8](repeating: UInt8(ascii: "x"), count: LineBuffer.longestLine / 2 + 1)
    #expect(text(buffer.add(ArraySlice("one\n".utf8))) == ["one"])
    for _ in 0..<3 { #expect(buffer.add(endless[...]).isEmpty) }
    #expect(text(buffer.add(ArraySlice("its end\ntwo\n".utf8))) == ["two"])
  }
}
