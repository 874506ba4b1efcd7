import Libuv
import Logging

/// Sums up refusals in a log line a second, so that no client can flood the log. While nothing is refused it costs
/// nothing.
final class RefusalLog {
    private let timer: Timer
    private let logger: Logger
    private var counts: [ClosingReason.Refusal: Int] = [:]

    init(on loop: EventLoop, _ logger: Logger) throws(UVError) {
        timer = try Timer(on: loop)
        self.logger = logger
    }

    func count(_ refusal: ClosingReason.Refusal) {
        if counts.isEmpty { timer.start(after: 1000) { [self] in flush() } }
        counts[refusal, default: 0] += 1
    }

    /// Logs what was counted since the last line.
    func flush() {
        guard let summary = Self.summary(of: counts) else { return }
        counts = [:]
        logger.notice("\(summary)")
    }

    func close() {
        flush()
        timer.close()
    }

    /// `closed 4 connections: 3 × broken message, 1 × unknown task id`
    static func summary(of counts: [ClosingReason.Refusal: Int]) -> String? {
        let total = counts.values.reduce(0, +)
        guard total > 0 else { return nil }
        let parts = ClosingReason.Refusal.allCases.compactMap { refusal in
            counts[refusal].map { "\($0) × \(refusal.rawValue)" }
        }
        return "closed \(total) connection\(total == 1 ? "" : "s"): \(parts.joined(separator: ", "))"
    }
}
