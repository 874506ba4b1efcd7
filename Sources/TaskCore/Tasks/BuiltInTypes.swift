extension TaskType {
    /// The types of every server that is not started with `--no-built-in`. To add one, add it here.
    package static let builtIn: [TaskType] = [
        TaskType(name: "echo", delay: .zero) { $0 },
        // The legacy protocol has both spellings.
        TaskType(name: "revers", delay: .seconds(2), function: reversed),
        TaskType(name: "reverse", delay: .seconds(2), function: reversed),
        TaskType(name: "permutation", delay: .seconds(5), function: swappedPairwise),
        TaskType(name: "too_long_echo", delay: .seconds(20)) { $0 },
    ]
}
