package import TaskCore
package import TaskProtocol

/// What is known of tasks that are waited for, and the line that tells it on a terminal, redrawn in place.
///
/// Moments are milliseconds of Unix time.
package struct WaitProgress: Sendable {
    fileprivate struct Seen {
        let report: TaskReport
        let moment: Int
        /// As far as it can be told; the bar begins there.
        let runningSince: Int?
    }

    /// In the order in which they were given, each once.
    private let ids: [TaskID]
    /// The same ids, the lowest first.
    private let ordered: [TaskID]
    /// How many of those ended before any other: what the line tells must not take longer the more tasks there are.
    private var endedFirst = 0
    private var seen: [TaskID: Seen] = [:]
    private var ended: Set<TaskID> = []

    /// - Parameter ids: of the tasks that are waited for; one may stand several times.
    package init(_ ids: [TaskID]) {
        var known: Set<TaskID> = []
        self.ids = ids.filter { known.insert($0).inserted }
        ordered = self.ids.sorted()
    }

    /// Takes what the server said of a task, and when it did.
    package mutating func note(_ report: TaskReport, of id: TaskID, at moment: Int) {
        guard !ended.contains(id) else { return }
        if report.state.isFinal { noteEnd(of: id) }
        let earlier = seen[id]
        var runningSince = earlier?.runningSince
        if report.state == .execute, runningSince == nil {
            // Another machine's clock may be wrong, but it can't have run before it was seen waiting.
            runningSince = max(min(report.startedAt ?? moment, moment), earlier?.moment ?? .min)
        }
        seen[id] = Seen(report: report, moment: moment, runningSince: runningSince)
    }

    /// Nothing more is to come of a task: the server refused to tell of it.
    package mutating func noteRefusal(of id: TaskID) { noteEnd(of: id) }

    private mutating func noteEnd(of id: TaskID) {
        ended.insert(id)
        while endedFirst < ordered.count, ended.contains(ordered[endedFirst]) { endedFirst += 1 }
    }

    /// The one that ends next, which the line tells of: tasks run in the order of their ids. nil when all have ended.
    package var current: TaskID? { endedFirst < ordered.count ? ordered[endedFirst] : nil }

    /// Those that are not known to have ended, in the order in which they were given, each once.
    package var open: [TaskID] { ids.filter { !ended.contains($0) } }

    /// `task 7: 3rd in the queue, done in about 9 s`, `task 7 [########------------] about 3 s left`,
    /// `task 7 [####################] any moment now`, where nobody knows how long it takes `task 7: running for 12 s`, and of
    /// several
    /// `2 of 5 done; task 7: next in the queue, done in about 4 s`.
    ///
    /// In at most `width` columns, without a newline or escape sequences. What matters least goes first.
    package func line(at now: Int, width: Int) -> String {
        let several = ids.count > 1 ? "\(ended.count) of \(ids.count) done" : ""
        guard let id = current else { return TerminalText.clipped(several.isEmpty ? outcome : several, to: width) }
        let label = "\(several.isEmpty ? "" : "\(several); ")task \(id)"
        guard let seen = seen[id] else {
            return TerminalText.firstFitting(["\(label): not known yet", several, "task \(id)"], width: width)
        }
        if let bar = seen.bar(at: now) { return bar.line(label, shortLabel: several, width: width) }
        let place = TaskWords.place(seen.report)
        let standing =
            seen.elapsed(at: now).map { "\(place) for \(Durations.running($0))" }
            ?? TaskWords.standing(seen.report(at: now))
        let texts = ["\(label): \(standing)", "\(label): \(place)"]
        return TerminalText.firstFitting(texts + [several.isEmpty ? place : several], width: width)
    }

    /// Of the only one.
    private var outcome: String {
        guard let id = ids.first else { return "" }
        return "task \(id): \(seen[id]?.report.state.rawValue ?? "not known")"
    }
}

extension WaitProgress.Seen {
    private func age(at now: Int) -> Int { Durations.between(moment, now) }

    /// As it stands now, if nothing has gone faster or slower since.
    fileprivate func report(at now: Int) -> TaskReport {
        var report = report
        report.timeLeft = report.timeLeft.map { max($0 - age(at: now), 0) }
        return report
    }

    /// For how long it has run; nil unless it does.
    fileprivate func elapsed(at now: Int) -> Int? {
        guard report.state == .execute, let runningSince else { return nil }
        return Durations.between(runningSince, now)
    }

    /// nil unless the task runs, and it is known how long it takes.
    fileprivate func bar(at now: Int) -> ProgressBar? {
        guard let elapsed = elapsed(at: now), let timeLeft = report.timeLeft else { return nil }
        return ProgressBar(elapsed: elapsed, left: max(timeLeft - age(at: now), 0))
    }
}
