import Libuv
import Logging
import TaskCore
import TaskProtocol

/// Counts refusals, and sums them up in a log line a second, so that no client can flood the log. While nothing is
/// refused it costs nothing.
final class RefusalLog {
    private let timer: Timer
    private let logger: Logger
    /// Of what the log has not told yet.
    private var news = Counts()
    private var refused: [RequestError.Code: Int] = [:]
    private var closedForLimits: [String: Int] = [:]
    /// Connections closed because of what came in without a `seq`, since the start.
    private(set) var closedForErrors = 0

    /// Connections that were closed for what came in on them, and requests that were answered with an error.
    struct Counts {
        var closed: [ClosingReason.Refusal: Int] = [:]
        var refused: [RequestError.Code: Int] = [:]
        /// Pauses in accepting, by what had failed.
        var pauses: [String: Int] = [:]

        var isEmpty: Bool { closed.isEmpty && refused.isEmpty && pauses.isEmpty }
    }

    init(on loop: EventLoop, _ logger: Logger) throws(UVError) {
        timer = try Timer(on: loop)
        self.logger = logger
    }

    /// Refused requests since the start, with a `seq` and without.
    func total(of code: RequestError.Code) -> Int { refused[code, default: 0] }

    /// Connections closed by a limit since the start.
    func total(ofLimit name: String) -> Int { closedForLimits[name, default: 0] }

    /// A session ended.
    func count(_ reason: ClosingReason) {
        if let code = reason.code {
            refused[code, default: 0] += 1
            closedForErrors += 1
        }
        if let limit = reason.limit { closedForLimits[limit, default: 0] += 1 }
        if let refusal = reason.refusal { tell(refusal) }
    }

    /// A request with a `seq` was refused.
    func count(_ code: RequestError.Code) {
        prepareLine()
        refused[code, default: 0] += 1
        news.refused[code, default: 0] += 1
    }

    /// A connection was refused.
    func countConnection() {
        refused[.tooManyConnections, default: 0] += 1
        tell(.tooManyConnections)
    }

    /// Connections could not be accepted for a while.
    func countPause(_ error: UVError) {
        prepareLine()
        news.pauses[error.message, default: 0] += 1
    }

    private func tell(_ refusal: ClosingReason.Refusal) {
        prepareLine()
        news.closed[refusal, default: 0] += 1
    }

    private func prepareLine() {
        if news.isEmpty { timer.start(after: 1000) { [self] in flush() } }
    }

    /// Logs what was counted since the last line.
    func flush() {
        guard let summary = Self.summary(of: news) else { return }
        news = Counts()
        logger.notice("\(summary)")
    }

    func close() {
        flush()
        timer.close()
    }

    /// `closed 4 connections: 3 × broken message, 1 × unknown task id; refused 1 request: 1 × key_conflict`
    static func summary(of counts: Counts) -> String? {
        let closed = ClosingReason.Refusal.allCases.compactMap { refusal in
            counts.closed[refusal].map { (refusal.rawValue, $0) }
        }
        let refused = RequestError.Code.all.compactMap { code in counts.refused[code].map { (code.rawValue, $0) } }
        let pauses = counts.pauses.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let parts = [
            sentence("closed", "connection", closed), sentence("refused", "request", refused),
            sentence("took no connections", "time", pauses),
        ]
        return counts.isEmpty ? nil : parts.compactMap(\.self).joined(separator: "; ")
    }

    private static func sentence(_ verb: String, _ noun: String, _ counts: [(name: String, count: Int)]) -> String? {
        guard !counts.isEmpty else { return nil }
        let total = counts.reduce(0) { $0 + $1.count }
        let parts = counts.map { "\($0.count) × \($0.name)" }
        return "\(verb) \(total) \(noun)\(total == 1 ? "" : "s"): \(parts.joined(separator: ", "))"
    }
}
