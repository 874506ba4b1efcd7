import Libuv
import Logging
import TaskCore
import TaskProtocol

/// Counts refusals and closed connections for `stats`, and logs a summary at most once a second, so that no client can flood
/// the log.
final class RefusalCounter {
    private let timer: Timer
    private let logger: Logger
    private var refused: [Refusal.Code: Int] = [:]
    private var closedForLimits: [String: Int] = [:]
    /// Connections closed because of an error in what came without a `seq`.
    private(set) var closedForErrors = 0
    private var unlogged = Summary()

    /// What happened since the last line of the log.
    struct Summary {
        /// Closed connections by code or by limit.
        var closed: [String: Int] = [:]
        /// Refused requests by code.
        var refused: [String: Int] = [:]
        /// Pauses in accepting connections, by error.
        var pauses: [String: Int] = [:]

        /// `closed 4 connections: 3 × bad_request, 1 × unknown_task; refused 1 request: 1 × key_conflict`; nil if nothing
        /// happened.
        var line: String? {
            let parts = [
                Self.part("closed", "connection", closed), Self.part("refused", "request", refused),
                Self.part("accepted no connections", "time", pauses),
            ].compactMap(\.self)
            return parts.isEmpty ? nil : parts.joined(separator: "; ")
        }

        private static func part(_ verb: String, _ noun: String, _ counts: [String: Int]) -> String? {
            guard !counts.isEmpty else { return nil }
            let total = counts.values.reduce(0, +)
            let list = counts.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
            return "\(verb) \(total) \(noun)\(total == 1 ? "" : "s"): \(list.joined(separator: ", "))"
        }
    }

    init(on loop: EventLoop, _ logger: Logger) throws(UVError) {
        timer = try Timer(on: loop)
        self.logger = logger
    }

    func close() {
        log()
        timer.close()
    }

    /// The refused requests since the start, with a `seq` and without.
    var refusals: [NamedCount] { Refusal.Code.all.map { NamedCount($0.rawValue, refused[$0, default: 0]) } }

    /// The connections closed by limits since the start.
    var limitClosures: [NamedCount] { CloseReason.limits.map { NamedCount($0, closedForLimits[$0, default: 0]) } }

    /// Counts a refused request with a `seq`.
    func count(_ code: Refusal.Code) {
        refused[code, default: 0] += 1
        log(code.rawValue, \.refused)
    }

    func count(_ reason: CloseReason) {
        if case .refused = reason { closedForErrors += 1 }
        if let limit = reason.limit {
            closedForLimits[limit, default: 0] += 1
            if limit != Limit.idleTime.name { log("over --\(limit)", \.closed) }
        }
        switch reason {
        case .refused(let refusal), .rejected(let refusal):
            refused[refusal.code, default: 0] += 1
            log(refusal.code.rawValue, \.closed)
        case .clientClosed, .unfinishedMessage, .idle, .notReading, .heldTooMuch, .failed, .serverStopped: break
        }
    }

    func countPause(_ error: UVError) { log(error.message, \.pauses) }

    private func log(_ name: String, _ counts: WritableKeyPath<Summary, [String: Int]>) {
        if !timer.isRunning { timer.start(after: 1000) { [self] in log() } }
        unlogged[keyPath: counts][name, default: 0] += 1
    }

    private func log() {
        guard let line = exchange(&unlogged, with: Summary()).line else { return }
        logger.notice("\(line)")
    }
}
