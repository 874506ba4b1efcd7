/// `watch`: the tasks, drawn anew once a second until ^C.
package struct WatchCommand: ClientCommand {
    package let isJSON: Bool

    /// - Parameter isJSON: an object a second instead of a picture; that needs no terminal.
    package init(isJSON: Bool) { self.isJSON = isJSON }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        guard isJSON || context.console.outputScreen != nil else {
            throw CommandEnd(.usage, UsageWords.noScreen(options: context.options))
        }
        return try context.talk { conversation throws(CommandEnd) in
            try conversation.watchSignals()
            let watch = try Watch(conversation, isJSON: isJSON)
            defer { watch.close() }
            return try watch.perform()
        }
    }
}
