import TaskCore

@testable import TaskQueue

extension QueueComparison {
    /// Everything that can be read of every task, and of one that does not exist.
    func read(_ now: Timestamp) -> Bool {
        story.append("read")
        let offset = number(0..<12)
        let places = reference.places(at: clock)
        for (index, task) in reference.tasks.enumerated() {
            let id = TaskID(rawValue: index + 1)!
            if reference.forgotten.contains(index) {
                guard queue[id] == nil, queue.isForgotten(id) else { return false }
                continue
            }
            guard let record = queue[id], !queue.isForgotten(id), record.state == task.state,
                record.result == task.result,
                [record.submittedAt, record.startedAt, record.finishedAt].compactMap({ $0?.milliseconds })
                    == task.times,
                queue.place(of: id, durations: referenceDurations, at: now) == places[index],
                queue.log(of: id).part(from: offset) == task.log.part(from: offset),
                queue.log(of: id).hasEnded == task.state.isFinal
            else { return false }
        }
        return queue[TaskID(rawValue: reference.tasks.count + 1)!] == nil
            && queue.running?.rawValue == reference.running.map { $0 + 1 }
            && queue.oldestWaiting?.milliseconds == reference.waiting.first.map { reference.tasks[$0].times[0] }
            && countsAgree && listsAgree()
    }

    private var countsAgree: Bool {
        let tasks = reference.tasks
        let counts = queue.counts
        return counts.submitted == tasks.count && counts.waiting == reference.waiting.count
            && counts.succeeded == tasks.count { $0.state == .success }
            && counts.cancelled == tasks.count { $0.isCancelled }
            && counts.failed + counts.cancelled == tasks.count { $0.state == .error }
            && counts.heldBytes == reference.heldBytes && counts.kept == reference.finished.count
            && counts.forgotten == reference.forgotten.count
            && queue.logs.count == reference.finished.count { !tasks[$0].log.bytes.isEmpty }
    }

    private func listsAgree() -> Bool {
        let query = ListQuery(
            state: ([nil] + TaskState.allCases).randomElement(using: &generator)!,
            before: TaskID(rawValue: number(0..<(reference.tasks.count + 3))), limit: number(1..<12))
        let page = queue.list(query)
        let expected = reference.list(query)
        // The reference's list without its limit tells whether there is more.
        let older = reference.list(
            ListQuery(before: page.ids.last ?? TaskID(rawValue: reference.tasks.count + 1), limit: 1000))
        let next = expected.count == query.limit && !older.isEmpty ? page.ids.last : nil
        return page.ids.map { $0.rawValue - 1 } == expected && page.next == next
    }
}
