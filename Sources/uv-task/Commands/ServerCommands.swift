import TaskClient
package import TaskCore
import TaskProtocol

/// `stats` and `info`: what the server says of itself.
package struct ServerCommand: ClientCommand {
    /// What is asked.
    package enum Question: Sendable {
        /// What it counts.
        case stats
        /// What it is.
        case info
    }

    let question: Question
    package let isJSON: Bool

    /// One of the two.
    package init(_ question: Question, isJSON: Bool) {
        self.question = question
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        let answer = try context.talk { conversation throws(CommandEnd) in
            try conversation.ask(question == .stats ? .stats : .info)
        }
        if isJSON { try context.console.write(json: answer) }
        switch answer.reply {
        case .stats(let statistics): if !isJSON { try context.console.write(ServerWords.text(statistics)) }
        case .info(let information): if !isJSON { try context.console.write(ServerWords.text(information)) }
        default: return context.refused(answer)
        }
        return .success
    }
}

/// `list`: the newest tasks that are kept.
package struct ListCommand: ClientCommand {
    let state: TaskState?
    let last: Int
    package let isJSON: Bool

    /// - Parameters:
    ///   - state: of the tasks that are wanted; nil for any.
    ///   - last: the most tasks to print, at least 1.
    package init(state: TaskState?, last: Int, isJSON: Bool) {
        precondition(last > 0)
        self.state = state
        self.last = last
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        try context.talk { conversation throws(CommandEnd) in
            var tasks: [TaskReport] = []
            var before: TaskID?
            // A page may be short, or empty, and have another one after it.
            repeat {
                let limit = min(last - tasks.count, ListQuery.limitRange.upperBound)
                let answer = try conversation.ask(.list(.init(state: state, before: before, limit: limit)))
                if isJSON { try context.console.write(json: answer) }
                guard case .list(let page) = answer.reply else { return context.refused(answer) }
                tasks += page.tasks
                before = page.next
            } while before != nil && tasks.count < last
            if !isJSON { try show(tasks, hasMore: before != nil, on: context.console) }
            return .success
        }
    }

    private func show(_ tasks: [TaskReport], hasMore: Bool, on console: Console) throws(CommandEnd) {
        try console.write(
            TaskList.text(
                tasks, now: console.now(), width: console.output.size()?.columns, hasColors: console.outputHasColors))
        guard console.errors.size() != nil, let words = TaskList.extent(tasks.count, hasMore: hasMore) else { return }
        console.note(words)
    }
}
