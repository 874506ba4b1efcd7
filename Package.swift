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

/// For every target but the three that stand at the C doors: unsafe code is an error there.
let safe: [SwiftSetting] =
    settings + [
        .strictMemorySafety(),
        .treatWarning("StrictMemorySafety", as: .error),
    ]

let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "uv-task",
    platforms: [.macOS(.v26)],  // Span and utf8Span, which are everywhere on Linux
    products: [
        .executable(name: "uv-taskd", targets: ["uv-taskd"]),
        .executable(name: "uv-task", targets: ["uv-task"]),
    ],
    dependencies: [
        // Options, help texts, completions, manual pages and usage errors of both programs, from one declaration each. The
        // manual pages are made of its description of a program, which a minor version may change.
        .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        // Queues of what has ended, waits or is to be told: an array would move all that it holds where one leaves in front.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // Levelled log lines in the format that Swift servers share.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // The event loop, sockets, timers, signals and the thread pool.
        .systemLibrary(
            name: "CLibuv", pkgConfig: "libuv",
            providers: [.apt(["libuv1-dev"]), .brew(["libuv"])]),
        // Starts programs: between vfork and exec a child must not run Swift.
        .target(name: "CProcess"),
        .target(name: "Libuv", dependencies: ["CLibuv", "CProcess"], swiftSettings: settings),

        // simdjson reads JSON strictly, some thirty times as fast as Foundation's decoder.
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
            name: "TaskProtocol", dependencies: ["JSON", "TaskCore"], exclude: ["PROTOCOL.md"], swiftSettings: safe),
        .target(
            name: "TaskFile", dependencies: ["CTomlplusplus", "TaskCore"], swiftSettings: settings),
        .target(name: "TaskQueue", dependencies: ["TaskCore", deque], swiftSettings: safe),
        .target(
            name: "TaskServer",
            dependencies: ["Libuv", "TaskCore", "TaskProtocol", "TaskQueue", deque, logging], swiftSettings: safe),
        .target(name: "TaskClient", dependencies: ["Libuv", "TaskCore", "TaskProtocol"], swiftSettings: safe),

        .target(name: "Manual", dependencies: ["JSON"], swiftSettings: safe),
        .target(
            name: "CommandArguments", dependencies: ["Libuv", "Manual", "TaskCore", arguments], swiftSettings: safe),
        .executableTarget(
            name: "uv-taskd",
            dependencies: [
                "TaskServer", "TaskFile", "TaskCore", "TaskProtocol", "Libuv", "CommandArguments", "Manual", arguments,
                logging,
            ],
            swiftSettings: safe),
        .executableTarget(
            name: "uv-task",
            dependencies: [
                "TaskClient", "TaskCore", "TaskProtocol", "Libuv", "CommandArguments", "Manual", arguments,
            ],
            swiftSettings: safe),

        .testTarget(name: "LibuvTests", dependencies: ["Libuv", "CLibuv"], swiftSettings: settings),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "ModelRuns"], swiftSettings: settings),
        .testTarget(name: "TaskCoreTests", dependencies: ["TaskCore"], swiftSettings: settings),
        // What must hold for any bytes on a connection: checked by a unit test, and by the fuzzer below.
        .target(
            name: "MessageProperties", dependencies: ["TaskCore", "TaskProtocol", "JSON", "ModelRuns"],
            path: "Tests/MessageProperties", swiftSettings: settings),
        .testTarget(
            name: "TaskProtocolTests", dependencies: ["TaskCore", "TaskProtocol", "MessageProperties", "ModelRuns"],
            swiftSettings: settings),
        .testTarget(
            name: "TaskFileTests", dependencies: ["TaskFile", "TaskCore", "ModelRuns"], swiftSettings: settings),
        // Reproducible random numbers, and how long tests run that compare random sequences with a reference.
        .target(name: "ModelRuns", path: "Tests/ModelRuns", swiftSettings: settings),
        .testTarget(
            name: "TaskQueueTests", dependencies: ["TaskQueue", "TaskCore", "ModelRuns"], swiftSettings: settings),
        .testTarget(
            name: "TaskServerTests",
            dependencies: [
                "TaskServer", "TaskQueue", "TaskCore", "TaskFile", "Libuv", "TaskProtocol", "ModelRuns", logging,
            ],
            swiftSettings: settings),
        // A scripted server, and the real one on a thread of its own: what clients are tested against.
        .target(
            name: "TestServers", dependencies: ["TaskServer", "TaskCore", "TaskClient", "Libuv", logging],
            path: "Tests/TestServers", swiftSettings: settings),
        .testTarget(
            name: "TaskClientTests", dependencies: ["TaskClient", "TestServers", "Libuv", "TaskCore", "TaskProtocol"],
            swiftSettings: settings),
        .testTarget(name: "ManualTests", dependencies: ["Manual"], swiftSettings: settings),
        .testTarget(
            name: "CommandArgumentsTests", dependencies: ["CommandArguments", "Manual", arguments],
            swiftSettings: settings),
        .testTarget(
            name: "uv-taskdTests", dependencies: ["uv-taskd", "TaskServer", arguments], swiftSettings: settings),
        .testTarget(
            name: "uv-taskTests",
            dependencies: [
                "uv-task", "TestServers", "TaskServer", "TaskClient", "TaskCore", "TaskProtocol", "Libuv", arguments,
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
            name: "MessageFuzzer", dependencies: ["CLibFuzzer", "MessageProperties"], path: "Tests/Fuzz/MessageFuzzer",
            swiftSettings: settings),
    ]
}
