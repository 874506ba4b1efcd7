import Libuv
import Logging
import Wire

/// Counts refusals, and sums them up in a log line a second, so that no client can flood the log. While nothing is
/// refused it costs nothing.
final class RefusalLog {
    private let timer: Timer
    private let logger: Logger
    private var totals = Counts()
    /// Of what the log has not told yet.
    private var news = Counts()

    /// Connections that were closed for what came in on them, and requests that were answered with an error.
    struct Counts {
        var closed: [ClosingReason.Refusal: Int] = [:]
        var refused: [RequestError.Code: Int] = [:]

        var isEmpty: Bool { closed.isEmpty && refused.isEmpty }
    }

    init(on loop: EventLoop, _ logger: Logger) throws(UVError) {
        timer = try Timer(on: loop)
        self.logger = logger
    }

    /// Since the start.
    func total(of code: RequestError.Code) -> Int { totals.refused[code, default: 0] }
    var closedTotal: Int { totals.closed.values.reduce(0, +) }

    func countClosed(_ refusal: ClosingReason.Refusal) {
        prepareLine()
        totals.closed[refusal, default: 0] += 1
        news.closed[refusal, default: 0] += 1
    }

    func count(_ code: RequestError.Code) {
        prepareLine()
        totals.refused[code, default: 0] += 1
        news.refused[code, default: 0] += 1
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
        let parts = [sentence("closed", "connection", closed), sentence("refused", "request", refused)]
        return counts.isEmpty ? nil : parts.compactMap(\.self).joined(separator: "; ")
    }

    private static func sentence(_ verb: String, _ noun: String, _ counts: [(name: String, count: Int)]) -> String? {
        guard !counts.isEmpty else { return nil }
        let total = counts.reduce(0) { $0 + $1.count }
        let parts = counts.map { "\($0.count) × \($0.name)" }
        return "\(verb) \(total) \(noun)\(total == 1 ? "" : "s"): \(parts.joined(separator: ", "))"
    }
}
