import Documents
@testable import Engine
import Testing

/// Processors and memory that a batch may take.
@Suite struct BudgetTests {
  @Test func aQuotaOfPartsOfAProcessorIsRoundedUp() {
    #expect(ControlGroup.processors(quota: 50_000, period: 100_000) == 1)
    #expect(ControlGroup.processors(quota: 100_000, period: 100_000) == 1)
    #expect(ControlGroup.processors(quota: 250_000, period: 100_000) == 3)
    #expect(ControlGroup.processors(quota: -1, period: 100_000) == nil)
  }

  @Test func cpusBoundWhatIsShared() {
    var batch = BatchSettings()
    batch.cpus = 3
    let shared = Batch.share(cores: 16, files: 100, batch: batch)
    #expect(shared.jobs * shared.threads <= 3)
    batch.jobs = 2
    batch.threads = 2
    #expect(throws: DocumentError.self) { try Batch.checkBudget(batch) }
    batch.threads = 1
    #expect(throws: Never.self) { try Batch.checkBudget(batch) }
  }

  @Test func oneWorkerIsAlwaysAdmitted() {
    var admission = MemoryAdmission(mostEach: 2 << 30)
    let answer1 = admission.admit(1, free: 0, inUse: 0)
    #expect(answer1)
    let answer2 = admission.admit(2, free: 0, inUse: 0)
    #expect(!answer2)
  }

  @Test func whatRunningOnesMayStillTakeCounts() {
    var admission = MemoryAdmission(mostEach: 2 << 30)
    let answer3 = admission.admit(1, free: 400 << 20, inUse: 0)
    #expect(answer3)
    // 256 MiB are expected of each: the first has taken none of its share yet.
    let answer4 = admission.admit(2, free: 400 << 20, inUse: 0)
    #expect(!answer4)
    let answer5 = admission.admit(2, free: 400 << 20, inUse: 200 << 20)
    #expect(answer5)
  }

  @Test func largeFilmsRunAloneSmallOnesTogether() {
    var admission = MemoryAdmission(mostEach: 2 << 30)
    let answer6 = admission.admit(1, free: 1 << 30, inUse: 0)
    #expect(answer6)
    admission.end(1, peak: 900 << 20)
    #expect(admission.expected == 900 << 20)
    let answer7 = admission.admit(2, free: 1 << 30, inUse: 0)
    #expect(answer7)
    let answer8 = admission.admit(3, free: 1 << 30, inUse: 0)
    #expect(!answer8)
    let answer9 = admission.admit(3, free: 2 << 30, inUse: 0)
    #expect(answer9)
  }

  @Test func noLessIsFreeThanTheSystemSays() throws {
    let free = try #require(MemoryAdmission.free)
    #expect(free > 0)
    #expect(free <= ProcessUsage.systemMemoryBytes ?? 0)
  }

  @Test func shardsAreBalanced() {
    let inputs = (1...100).map { (path: "film-\($0)", bytes: Int64($0 * $0)) }
    let shards = Shards(inputs, count: 7).shards
    #expect(shards.flatMap(\.paths).sorted() == inputs.map(\.path).sorted())
    let mean = Double(inputs.reduce(0) { $0 + $1.bytes }) / 7
    #expect(shards.allSatisfy { abs(Double($0.bytes) - mean) < 0.05 * mean })
    #expect(Shards(inputs, count: 7).shards == Shards(inputs.reversed(), count: 7).shards)
  }

  @Test func moreShardsThanFilms() {
    let shards = Shards([(path: "a", bytes: 1), (path: "b", bytes: 0)], count: 4).shards
    #expect(shards.map(\.paths.count).sorted() == [0, 0, 1, 1])
  }
}
