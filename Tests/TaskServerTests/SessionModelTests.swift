import ModelRuns
import Testing

struct SessionModelTests {
    /// Random dialogues of several clients with a real server over real sockets, against a reference that foretells every
    /// line; `ModelRun` tells how to have more of them. A failure names its seed and tells what was done up to the first reply
    /// that was not as foretold.
    @Test func dialoguesGoAsForetold() throws {
        try ModelRun.sequences(250, of: "the server") { seed in
            let comparison = try DialogueComparison(seed: seed)
            guard let story = try comparison.run() else { return true }
            Issue.record("UV_TASK_MODEL_SEED=\(seed)\n\(story)")
            return false
        }
    }
}
