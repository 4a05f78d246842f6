import Documents
@testable import Engine
import Testing

@Suite struct SharingTests {
  private func share(cores: Int, files: Int, jobs: Int? = nil, threads: Int? = nil) -> [Int] {
    var batch = BatchSettings()
    batch.jobs = jobs
    batch.threads = threads
    let shared = Batch.share(cores: cores, files: files, batch: batch)
    return [shared.jobs, shared.threads]
  }

  @Test func theCoresAreSharedOnce() {
    #expect(share(cores: 8, files: 100) == [8, 1])
    #expect(share(cores: 8, files: 2) == [2, 4])
    #expect(share(cores: 8, files: 1) == [1, 8])
    #expect(share(cores: 2, files: 0) == [1, 2])
  }

  @Test func whatIsAskedForIsGivenAndTheRestFollows() {
    #expect(share(cores: 8, files: 100, jobs: 2) == [2, 4])
    #expect(share(cores: 8, files: 100, threads: 4) == [2, 4])
    #expect(share(cores: 2, files: 100, jobs: 5, threads: 3) == [5, 3])
    #expect(share(cores: 2, files: 100, threads: 4) == [1, 4])
  }
}
