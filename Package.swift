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
        // The event loop, sockets, timers, signals and the thread pool: what the product stands on.
        .systemLibrary(
            name: "CLibuv", pkgConfig: "libuv",
            providers: [.apt(["libuv1-dev"]), .brew(["libuv"])]),
        // Starts programs: what a child does before it becomes one must not be Swift.
        .target(name: "CSpawn"),
        .target(name: "Libuv", dependencies: ["CLibuv", "CSpawn"], swiftSettings: settings),

        // simdjson reads JSON strictly and some thirty times as fast as Foundation's decoder.
        // Linked by name: SwiftPM warns about a flag in its pkg-config file.
        .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(
            name: "SimdJSON", dependencies: ["CSimdjson"],
            swiftSettings: settings + [.enableExperimentalFeature("Lifetimes")]),

        // toml++ reads the file of task types, and knows on which line things stand. Compiled in: it is headers alone, so that
        // nothing more has to be there where the daemon runs. TOMLKit, which wraps it for Swift, would bring Foundation in.
        .target(name: "CTomlplusplus"),
        .target(name: "TOML", dependencies: ["CTomlplusplus"], swiftSettings: settings),

        .target(
            name: "Wire", dependencies: ["SimdJSON"], exclude: ["PROTOCOL.md"],
            swiftSettings: safe),
        .target(name: "Spelling", swiftSettings: safe),
        .target(name: "Quantities", swiftSettings: safe),
        .target(name: "TaskCatalog", dependencies: ["Wire"], swiftSettings: safe),
        .target(
            name: "TaskFile", dependencies: ["TOML", "TaskCatalog", "Wire", "Spelling", "Quantities"],
            swiftSettings: safe),
        .target(name: "TaskQueue", dependencies: ["Wire", deque], swiftSettings: safe),
        .target(
            name: "TaskServer",
            dependencies: ["Libuv", "Wire", "TaskQueue", "TaskCatalog", "Spelling", deque, logging],
            swiftSettings: safe),
        .target(
            name: "TaskClient", dependencies: ["Libuv", "Wire"], swiftSettings: safe),
        .target(name: "TaskPresentation", dependencies: ["Wire"], swiftSettings: safe),
        .target(
            name: "ClientCommands", dependencies: ["Libuv", "TaskClient", "TaskPresentation", "Spelling", "Wire"],
            swiftSettings: safe),

        .target(name: "Manual", dependencies: ["SimdJSON"], swiftSettings: safe),
        .target(
            name: "CommandArguments", dependencies: ["Libuv", "Manual", "Quantities", arguments], swiftSettings: safe),
        .executableTarget(
            name: "uv-taskd",
            dependencies: [
                "TaskServer", "TaskFile", "TaskCatalog", "Libuv", "Wire", "Quantities", "CommandArguments", "Manual",
                arguments, logging,
            ],
            swiftSettings: safe),
        .executableTarget(
            name: "uv-task",
            dependencies: [
                "ClientCommands", "TaskClient", "TaskPresentation", "TaskCatalog", "Spelling", "Libuv", "Wire",
                "CommandArguments", "Manual", arguments,
            ],
            swiftSettings: safe),

        .testTarget(name: "LibuvTests", dependencies: ["Libuv", "CLibuv"], swiftSettings: settings),
        .testTarget(name: "SimdJSONTests", dependencies: ["SimdJSON", "ModelRuns"], swiftSettings: settings),
        .testTarget(name: "TOMLTests", dependencies: ["TOML", "ModelRuns"], swiftSettings: settings),
        // What must hold for any bytes on a connection: checked by a unit test, and by the fuzzer below.
        .target(
            name: "MessageProperties", dependencies: ["Wire", "SimdJSON", "ModelRuns"], path: "Tests/MessageProperties",
            swiftSettings: settings),
        .testTarget(
            name: "WireTests", dependencies: ["Wire", "MessageProperties", "ModelRuns"], swiftSettings: settings),
        .testTarget(name: "SpellingTests", dependencies: ["Spelling"], swiftSettings: settings),
        .testTarget(name: "QuantitiesTests", dependencies: ["Quantities"], swiftSettings: settings),
        .testTarget(
            name: "TaskFileTests", dependencies: ["TaskFile", "TaskCatalog", "Wire"], swiftSettings: settings),
        .testTarget(name: "TaskCatalogTests", dependencies: ["TaskCatalog", "Wire"], swiftSettings: settings),
        // Random numbers that come again, and how long the tests run that compare random sequences with a reference.
        .target(name: "ModelRuns", path: "Tests/ModelRuns", swiftSettings: settings),
        .testTarget(
            name: "TaskQueueTests", dependencies: ["TaskQueue", "Wire", "ModelRuns"], swiftSettings: settings),
        .testTarget(
            name: "TaskServerTests",
            dependencies: [
                "TaskServer", "TaskQueue", "TaskCatalog", "TaskFile", "Libuv", "Wire", "ModelRuns", logging,
            ],
            swiftSettings: settings),
        // A server that follows a script, and the real one on a thread of its own: what clients are tested against.
        .target(
            name: "TestServers", dependencies: ["TaskServer", "TaskCatalog", "TaskClient", "Libuv", logging],
            path: "Tests/TestServers", swiftSettings: settings),
        .testTarget(
            name: "TaskClientTests", dependencies: ["TaskClient", "TestServers", "Libuv", "Wire"],
            swiftSettings: settings),
        .testTarget(
            name: "TaskPresentationTests", dependencies: ["TaskPresentation", "Wire"], swiftSettings: settings),
        .testTarget(
            name: "ClientCommandsTests",
            dependencies: [
                "ClientCommands", "TestServers", "TaskServer", "TaskCatalog", "TaskClient", "TaskPresentation", "Libuv",
                "Wire",
            ],
            swiftSettings: settings),
        .testTarget(name: "ManualTests", dependencies: ["Manual"], swiftSettings: settings),
        .testTarget(
            name: "CommandArgumentsTests", dependencies: ["CommandArguments", "Manual", arguments],
            swiftSettings: settings),
        .testTarget(
            name: "uv-taskdTests", dependencies: ["uv-taskd", "TaskServer", arguments], swiftSettings: settings),
        .testTarget(
            name: "uv-taskTests", dependencies: ["uv-task", "ClientCommands", "TaskPresentation", "Wire", arguments],
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
