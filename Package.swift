// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors where the project checks itself, not where a newer compiler finds something new for its users.
let strictness: [SwiftSetting] =
    Context.environment["UV_TASK_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]

let settings: [SwiftSetting] =
    strictness + [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]

/// Each unsafe expression must be marked. Not for the targets that wrap C and consist of such expressions.
let safe: [SwiftSetting] =
    settings + [
        .strictMemorySafety(),
        .treatWarning("StrictMemorySafety", as: .error),
    ]

let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let hashTrees: Target.Dependency = .product(name: "HashTreeCollections", package: "swift-collections")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "uv-task",
    platforms: [.macOS(.v26)],  // Span and utf8Span, which are everywhere on Linux
    products: [
        .executable(name: "uv-taskd", targets: ["uv-taskd"]),
        .executable(name: "uv-task", targets: ["uv-task"]),
    ],
    dependencies: [
        // Options, help texts, completions, manual pages and usage errors of both programs.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Deques, because an array moves everything when its first element leaves; hash trees, because a dictionary moves
        // everything when it grows.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // Levelled log lines in the format that Swift servers share.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // The event loop, sockets, timers, signals and the thread pool.
        .systemLibrary(
            name: "CLibuv", pkgConfig: "libuv",
            providers: [.apt(["libuv1-dev"]), .brew(["libuv"])]),
        .target(name: "Libuv", dependencies: ["CLibuv"], swiftSettings: settings),

        // Starts and ends programs. A child must not run Swift between vfork and exec, hence the C.
        .target(name: "CProcess"),
        .target(
            name: "ProcessTree", dependencies: ["CProcess", "Libuv"], exclude: ["ProcessTree.md"],
            swiftSettings: settings),

        // simdjson reads JSON strictly, some thirty times as fast as Foundation's decoder. The target
        // also has what Swift's standard library lacks: searches that compare 64 bytes at a time, and a function that writes a
        // number into memory.
        // Linked by name: SwiftPM warns about a flag in its pkg-config file.
        .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(
            name: "JSON", dependencies: ["CSimdjson"],
            swiftSettings: settings + [.enableExperimentalFeature("Lifetimes")]),

        // toml++ reads the file of task types and knows the line of each value. It is header-only and compiled in, so that the
        // daemon needs no more libraries. TOMLKit, its Swift wrapper, would bring Foundation in.
        .target(name: "CTomlplusplus"),

        .target(name: "TaskCore", swiftSettings: safe),
        .target(
            name: "TaskProtocol", dependencies: ["JSON", "TaskCore"], exclude: ["PROTOCOL.md"],
            swiftSettings: safe + [.enableExperimentalFeature("Lifetimes")]),
        .target(
            name: "TaskFile", dependencies: ["CTomlplusplus", "TaskCore"], exclude: ["TASKFILE.md"],
            swiftSettings: safe),
        .target(name: "TaskQueue", dependencies: ["TaskCore", deque, hashTrees], swiftSettings: safe),
        .target(
            name: "TaskServer",
            dependencies: ["Libuv", "ProcessTree", "TaskCore", "TaskProtocol", "TaskQueue", deque, logging],
            swiftSettings: safe),
        .target(name: "TaskClient", dependencies: ["JSON", "Libuv", "TaskCore", "TaskProtocol"], swiftSettings: safe),

        .target(name: "CommandArguments", dependencies: ["Libuv", "TaskCore", arguments], swiftSettings: safe),
        .executableTarget(
            name: "uv-taskd",
            dependencies: [
                "TaskServer", "TaskFile", "TaskCore", "Libuv", "ProcessTree", "CommandArguments", arguments, logging,
            ],
            swiftSettings: safe),
        .executableTarget(
            name: "uv-task",
            dependencies: [
                "TaskClient", "TaskCore", "TaskProtocol", "Libuv", "CommandArguments", arguments,
            ],
            swiftSettings: safe),

        .testTarget(name: "LibuvTests", dependencies: ["Libuv", "CLibuv"], swiftSettings: settings),
        .testTarget(name: "ProcessTreeTests", dependencies: ["ProcessTree", "Libuv"], swiftSettings: settings),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
        .testTarget(name: "TaskCoreTests", dependencies: ["TaskCore", "ModelRuns"], swiftSettings: settings),
        // Properties of the readers of messages and task files that hold for any bytes. Unit tests and the fuzzer check them.
        .target(
            name: "InputProperties", dependencies: ["TaskCore", "TaskProtocol", "TaskFile", "JSON", "ModelRuns"],
            path: "Tests/InputProperties", swiftSettings: settings),
        .testTarget(
            name: "TaskProtocolTests",
            dependencies: ["JSON", "TaskCore", "TaskProtocol", "InputProperties"],
            swiftSettings: settings),
        .testTarget(
            name: "TaskFileTests", dependencies: ["TaskFile", "TaskCore", "InputProperties"], swiftSettings: settings),
        // Reproducible random numbers, and how long tests run that compare random sequences with a reference.
        .target(name: "ModelRuns", path: "Tests/ModelRuns", swiftSettings: settings),
        // The rules of the queue, written without regard to speed: what model tests compare it with.
        .target(
            name: "QueueModel", dependencies: ["TaskQueue", "TaskCore"], path: "Tests/QueueModel",
            swiftSettings: settings),
        .testTarget(
            name: "TaskQueueTests", dependencies: ["TaskQueue", "TaskCore", "QueueModel", "ModelRuns"],
            swiftSettings: settings),
        .testTarget(
            name: "TaskServerTests",
            dependencies: [
                "TaskServer", "TaskQueue", "TaskCore", "TaskFile", "Libuv", "ProcessTree", "TaskProtocol", "QueueModel",
                "ModelRuns", "TestServers", logging,
            ],
            swiftSettings: settings),
        // A scripted server, and the real one on a thread of its own; gates that hold threads until a test opens them.
        .target(
            name: "TestServers", dependencies: ["TaskServer", "TaskCore", "Libuv", logging], path: "Tests/TestServers",
            swiftSettings: settings),
        .testTarget(
            name: "TaskClientTests",
            dependencies: ["TaskClient", "TestServers", "JSON", "Libuv", "TaskCore", "TaskProtocol"],
            swiftSettings: settings),
        .testTarget(
            name: "CommandArgumentsTests", dependencies: ["CommandArguments", "TaskCore", arguments],
            swiftSettings: settings),
        .testTarget(
            name: "uv-taskdTests", dependencies: ["uv-taskd", "TaskServer", "TaskCore", arguments, logging],
            swiftSettings: settings),
        .testTarget(
            name: "uv-taskTests",
            dependencies: [
                "uv-task", "TestServers", "TaskServer", "TaskClient", "TaskCore", "TaskProtocol", "JSON", "Libuv",
                arguments,
            ],
            swiftSettings: settings),
    ],
    cxxLanguageStandard: .cxx17
)

// Without libFuzzer, which scripts/fuzz asks for, the fuzzer does not link.
if Context.environment["UV_TASK_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "Fuzzer", dependencies: ["CLibFuzzer", "InputProperties"], path: "Tests/Fuzz/Fuzzer",
            swiftSettings: settings),
    ]
}

// CI builds only some of the test targets for the sanitizers, to save time.
if let names = Context.environment["UV_TASK_TEST_TARGETS"]?.split(separator: " ") {
    package.targets.removeAll { $0.type == .test && !names.contains(Substring($0.name)) }
}
