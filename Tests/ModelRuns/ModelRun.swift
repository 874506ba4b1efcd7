import Foundation

/// How long the model tests run: random sequences of calls, or of dialogues, each compared with a reference.
///
/// Two variables of the environment have a say, for all of them:
///
/// - `UV_TASK_MODEL_SECONDS=N` lets each go on for N seconds, and print how many sequences that were;
/// - `UV_TASK_MODEL_SEED=S` runs the one sequence of that seed again, which a failure has told.
package enum ModelRun {
    /// Calls `body` with one seed after the other, from a random one on, until it tells of a failure.
    ///
    /// - Parameters:
    ///   - count: how many, unless the environment says otherwise.
    ///   - body: false where the test has failed.
    package static func sequences(_ count: Int, of name: String, _ body: (_ seed: UInt64) throws -> Bool) rethrows {
        if let seed = variable("UV_TASK_MODEL_SEED").flatMap(UInt64.init) {
            _ = try body(seed)
            return
        }
        let firstSeed = UInt64.random(in: 0...UInt64(UInt32.max))
        let end = variable("UV_TASK_MODEL_SECONDS").flatMap(Double.init).map { Date().addingTimeInterval($0) }
        var done: UInt64 = 0
        while end.map({ Date() < $0 }) ?? (done < count) {
            guard try body(firstSeed + done) else { break }
            done += 1
        }
        if end != nil { print("\(name): \(done) sequences") }
    }

    private static func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}
