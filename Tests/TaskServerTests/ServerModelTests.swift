import ModelRuns
import Testing

struct ServerModelTests {
    /// Random dialogues of several clients with a server over sockets, compared with `ModelServer`, which predicts every
    /// line. A failure reports its seed and the steps up to the first difference.
    @Test func theServerAnswersAsTheModelPredicts() throws {
        try ModelRun.sequences(250, of: "the server") { seed in
            guard let first = try ServerComparison(seed: seed).run() else { return true }
            // A difference that depends on the speed of a thread, or on when a reset arrives, does not occur again.
            guard let story = try ServerComparison(seed: seed).run() else {
                print("UV_TASK_MODEL_SEED=\(seed) failed once, and not again\n\(first)")
                return true
            }
            Issue.record("UV_TASK_MODEL_SEED=\(seed)\n\(story)")
            return false
        }
    }
}
