import TaskCore
import TaskProtocol

/// `status`: how tasks stand, a line each.
package struct StatusCommand: ClientCommand {
    let tasks: TaskSelection
    package let isJSON: Bool

    /// - Parameter isJSON: whether the replies are printed, an object a line.
    package init(_ tasks: TaskSelection, isJSON: Bool) {
        self.tasks = tasks
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        try tasks.ask({ .status($0) }, context, isJSON: isJSON) { id, report throws(CommandEnd) in
            if !isJSON { try context.console.write("\(report.state.rawValue)\n") }
            explain(report, of: id, on: context.console)
            return .success
        }
    }

    private func explain(_ report: TaskReport, of id: TaskID, on console: Console) {
        guard console.errors.size() != nil, !report.state.isFinal || report.failure != nil else { return }
        console.note((tasks.ids.count > 1 ? "task \(id): " : "") + TaskWords.standing(report))
    }
}
