import TaskClient
package import TaskPresentation
package import Wire

/// `status`: how tasks stand, a line each.
package struct StatusCommand: ClientCommand {
    let ids: [TaskID]
    let instance: InstanceID?
    let isJSON: Bool

    /// - Parameters:
    ///   - ids: at least one.
    ///   - instance: the life of the server to which the ids belong; nil for any.
    package init(ids: [TaskID], instance: InstanceID?, isJSON: Bool) {
        self.ids = ids
        self.instance = instance
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        let answers = try context.talk { conversation throws(CommandEnd) in
            try conversation.ask(ids.map { .status($0) }, for: instance)
        }
        var exit = ProgramExit.success
        for (id, answer) in zip(ids, answers) {
            if isJSON { try context.console.write(json: answer, for: id) }
            switch answer.reply {
            case .status(let report, _):
                if !isJSON { try context.console.write("\(report.state.rawValue)\n") }
                explain(report, of: id, on: context.console)
            default: exit = max(exit, context.refused(answer, of: id))
            }
        }
        return exit
    }

    private func explain(_ report: TaskReport, of id: TaskID, on console: Console) {
        guard console.errors.size() != nil, !report.state.isFinal || report.failure != nil else { return }
        console.note((ids.count > 1 ? "task \(id): " : "") + TaskWords.standing(report))
    }
}

/// `wait`: tells which tasks have ended, as they do.
package struct WaitCommand: ClientCommand {
    let ids: [TaskID]
    let instance: InstanceID?
    let timeout: Int?
    let isJSON: Bool

    /// - Parameters:
    ///   - ids: at least one.
    ///   - instance: the life of the server to which the ids belong; nil for any.
    ///   - timeout: in milliseconds; nil for none.
    package init(ids: [TaskID], instance: InstanceID?, timeout: Int?, isJSON: Bool) {
        self.ids = ids
        self.instance = instance
        self.timeout = timeout
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        var exit = ProgramExit.success
        try context.talk { conversation throws(CommandEnd) in
            let wait = TaskWait(ids: ids, instance: instance, timeout: timeout, wantsResults: false, isJSON: isJSON)
            try wait.perform(in: conversation) { index, answer throws(CommandEnd) in
                exit = max(exit, try show(answer, of: ids[index], context))
            }
        }
        return exit
    }

    private func show(_ answer: Answer, of id: TaskID, _ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        if isJSON { try context.console.write(json: answer, for: id) }
        guard case .status(let report, let timedOut) = answer.reply else { return context.refused(answer, of: id) }
        if timedOut {
            context.console.say(WaitWords.timedOut(id, after: timeout, report))
            return .timedOut
        }
        if !isJSON { try context.console.write("\(id) \(report.state.rawValue)\n") }
        return ProgramExit(forOutcome: report.state)
    }
}

/// `cancel`: ends tasks that wait or run.
package struct CancelCommand: ClientCommand {
    let ids: [TaskID]
    let instance: InstanceID?
    let isJSON: Bool

    /// - Parameters:
    ///   - ids: at least one.
    ///   - instance: the life of the server to which the ids belong; nil for any.
    package init(ids: [TaskID], instance: InstanceID?, isJSON: Bool) {
        self.ids = ids
        self.instance = instance
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        let answers = try context.talk { conversation throws(CommandEnd) in
            try conversation.ask(ids.map { .cancel($0) }, for: instance)
        }
        var exit = ProgramExit.success
        for (id, answer) in zip(ids, answers) {
            if isJSON { try context.console.write(json: answer, for: id) }
            guard case .status(let report, _) = answer.reply else {
                exit = max(exit, context.refused(answer, of: id))
                continue
            }
            if !isJSON { try context.console.write("\(id) \(report.state.rawValue)\n") }
            // Whoever cancelled it: it is cancelled.
            if report.failure?.code != .cancelled {
                context.console.say(UsageWords.notCancelled(id, report))
                exit = max(exit, report.state.isFinal ? .taskFailed : .notFinished)
            }
        }
        return exit
    }
}

extension CommandContext {
    /// Says why a request on a task was refused.
    func refused(_ answer: Answer, of id: TaskID) -> ProgramExit {
        guard case .refused(let error) = answer.reply else { preconditionFailure("no reply to the request") }
        console.say(RefusalWords.refused(error, of: id, options: options))
        return ProgramExit(error.code)
    }

    /// Says why any other request was refused.
    func refused(_ answer: Answer) -> ProgramExit {
        guard case .refused(let error) = answer.reply else { preconditionFailure("no reply to the request") }
        console.say(RefusalWords.refused(error))
        return ProgramExit(error.code)
    }
}
