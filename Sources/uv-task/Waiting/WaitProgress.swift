import TaskCore
import TaskProtocol

/// The tasks that a command waits for, and the line that shows their progress on a terminal.
///
/// Times are in milliseconds of Unix time.
struct WaitProgress {
    /// The last report of a task.
    private struct Observation {
        let report: TaskReport
        let time: Int
        /// nil if the task does not run.
        let runningSince: Int?
    }

    /// In the given order, each once.
    private let ids: [TaskID]
    /// In ascending order.
    private let ordered: [TaskID]
    /// The number of ids at the start of `ordered` whose tasks have ended, so that `current` takes constant time.
    private var endedFirst = 0
    private var observations: [TaskID: Observation] = [:]
    private var ended: Set<TaskID> = []

    /// - Parameter ids: the tasks, which may be repeated.
    init(_ ids: [TaskID]) {
        var known: Set<TaskID> = []
        self.ids = ids.filter { known.insert($0).inserted }
        ordered = self.ids.sorted()
    }

    mutating func note(_ report: TaskReport, of id: TaskID, at time: Int) {
        guard !ended.contains(id) else { return }
        if report.state.isFinal { noteEnd(of: id) }
        let earlier = observations[id]
        var runningSince = earlier?.runningSince
        if report.state == .execute, runningSince == nil {
            // The server's clock may be wrong, but the task did not run before the last report in which it waited.
            runningSince = max(min(report.startedAt ?? time, time), earlier?.time ?? .min)
        }
        observations[id] = Observation(report: report, time: time, runningSince: runningSince)
    }

    mutating func noteEnd(of id: TaskID) {
        ended.insert(id)
        while endedFirst < ordered.count, ended.contains(ordered[endedFirst]) { endedFirst += 1 }
    }

    /// The task that ends next, which the line shows; nil if all have ended. Tasks run in the order of their ids.
    var current: TaskID? { endedFirst < ordered.count ? ordered[endedFirst] : nil }

    /// The tasks that are not known to have ended, in the given order, each once.
    var open: [TaskID] { ids.filter { !ended.contains($0) } }

    // MARK: The line

    /// The line, in at most `width` columns, without a newline or escape sequences:
    ///
    ///     task 7: 3rd in the queue, done in about 9 s
    ///     task 7 [########------------] about 3 s left
    ///     task 7: running for 12 s
    ///     2 of 5 done; task 7: next in the queue, done in about 4 s
    func line(at now: Int, width: Int) -> String {
        let count = ids.count > 1 ? "\(ended.count) of \(ids.count) done" : ""
        guard let id = current else { return TerminalText.clipped(count.isEmpty ? outcome : count, to: width) }
        let label = "\(count.isEmpty ? "" : "\(count); ")task \(id)"
        guard let observation = observations[id] else {
            return TerminalText.firstFitting(["\(label): not known yet", count, "task \(id)"], width: width)
        }
        var report = observation.report
        report.remainingTime = report.remainingTime.map { max($0 - Durations.between(observation.time, now), 0) }
        var standing = report.standing
        if report.state == .execute, let start = observation.runningSince {
            let elapsed = Durations.between(start, now)
            if let remaining = report.remainingTime {
                return barLine(label, count, elapsed: elapsed, remaining: remaining, width: width)
            }
            standing = "\(report.place) for \(Durations.running(elapsed))"
        }
        return TerminalText.firstFitting(
            ["\(label): \(standing)", "\(label): \(report.place)", count.isEmpty ? report.place : count], width: width)
    }

    /// `task 7 [########------------] about 3 s left`, with a shorter bar or none if the width requires it.
    private func barLine(_ label: String, _ count: String, elapsed: Int, remaining: Int, width: Int) -> String {
        let time = remaining > 0 ? "\(Durations.about(remaining)) left" : "any moment now"
        let room = width - TerminalText.columns(label) - TerminalText.columns(time) - " [] ".utf8.count
        if room >= 6 { return "\(label) \(Self.bar(min(room, 20), elapsed: elapsed, remaining: remaining)) \(time)" }
        return TerminalText.firstFitting(["\(label): \(time)", count.isEmpty ? time : count], width: width)
    }

    /// The outcome of a single task.
    private var outcome: String {
        ids.first.map { "task \($0): \(observations[$0]?.report.state.rawValue ?? "not known")" } ?? ""
    }

    /// `[########------------]`; full only if no time remains.
    static func bar(_ cells: Int, elapsed: Int, remaining: Int) -> String {
        let share = Double(elapsed) / (Double(elapsed) + Double(remaining))
        let filled = remaining > 0 ? min(Int(Double(cells) * share), cells - 1) : cells
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: cells - filled) + "]"
    }
}
