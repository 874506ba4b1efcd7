import Foundation

/// Runs a test with random sequences of steps.
///
/// - `UV_TASK_MODEL_SECONDS=N` goes on for N seconds, instead of a fixed number of sequences.
/// - `UV_TASK_MODEL_SEED=S` runs only the sequence of this seed, which a failure has reported.
package enum ModelRun {
    /// Checks sequences, and lets other tests run between two of them.
    ///
    /// - Parameters:
    ///   - count: the number of sequences, which should take about a second in a debug build.
    ///   - check: returns what is wrong with the sequence of a seed; nil if nothing is.
    /// - Returns: what is wrong with the first sequence that fails, and the command that repeats it.
    package static func failure(
        in count: Int, test: String = #function, _ check: (_ seed: UInt64) throws -> String?
    ) async rethrows -> String? {
        let name = test.prefix { $0 != "(" }
        let end = variable("UV_TASK_MODEL_SECONDS").flatMap(Double.init).map { ContinuousClock.now + .seconds($0) }
        let onlySeed = variable("UV_TASK_MODEL_SEED").flatMap(UInt64.init)
        let firstSeed = onlySeed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        var done: UInt64 = 0
        repeat {
            let seed = firstSeed + done
            if let failure = try check(seed) {
                let command = "UV_TASK_MODEL_SEED=\(seed) scripts/test \(name)"
                return "\(failure)\nTo repeat it: \(command)"
            }
            done += 1
            await Task.yield()
        } while onlySeed == nil && end.map { .now < $0 } ?? (done < count)
        if end != nil { print("\(name): \(done) sequences") }
        return nil
    }

    private static func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}
