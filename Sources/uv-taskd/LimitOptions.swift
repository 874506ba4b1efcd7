import ArgumentParser
import CommandArguments
import TaskCore
import TaskProtocol
import TaskServer

/// How much the daemon takes from its clients, and how long it keeps what has ended.
struct LimitOptions: ParsableArguments {
    private static let standard = ServerConfiguration()

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The longest message that a client may send (default: \(SizeText.text(Self.standard.maximumMessage))).",
            valueName: "size"),
        transform: byteCount(in: 1...MessageLimits.largestRequest))
    var maxMessage = Self.standard.maximumMessage

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many tasks may wait; more are refused (default: \(Self.standard.maximumQueued)).", valueName: "number"),
        transform: wholeNumber(in: countRange))
    var maxQueued = Self.standard.maximumQueued

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            How much data and results may take: finished tasks are forgotten to make room, then new ones are refused. \
            Connections may take as much again (default: \(SizeText.text(Self.standard.maximumMemory))).
            """, valueName: "size"),
        transform: byteCount(in: 1...(1 << 50)))
    var maxMemory = Self.standard.maximumMemory

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many finished tasks are kept; the oldest are forgotten first (default: \(Self.standard.keptResults)).",
            valueName: "number"),
        transform: wholeNumber(in: countRange))
    var keepResults = Self.standard.keptResults

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long a finished task is kept: 10m, 24h (default: as long as the other limits allow).",
            valueName: "time"),
        transform: TimeArgument.parse)
    var keepFor: TimeArgument?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many clients may be connected; more are told so and closed (default: as many as files may be open).",
            valueName: "number"),
        transform: wholeNumber(in: countRange))
    var maxConnections: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            How many requests of one connection may wait for a task's end before it is read no further \
            (default: \(Self.standard.maximumUnanswered)).
            """, valueName: "number"),
        transform: wholeNumber(in: MessageLimits.unansweredRequests...1_000_000))
    var maxUnanswered = Self.standard.maximumUnanswered

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Close a connection whose client takes nothing of its replies for so long (default: \(TimeArgument(milliseconds: Self.standard.writeTimeout))).",
            valueName: "time"),
        transform: TimeArgument.parse)
    var writeTimeout = TimeArgument(milliseconds: Self.standard.writeTimeout)

    func apply(to server: inout ServerConfiguration) {
        server.maximumMessage = maxMessage
        server.maximumQueued = maxQueued
        server.maximumMemory = maxMemory
        server.keptResults = keepResults
        server.keptTime = keepFor?.milliseconds
        server.maximumConnections = maxConnections
        server.maximumUnanswered = maxUnanswered
        server.writeTimeout = writeTimeout.milliseconds
    }
}
