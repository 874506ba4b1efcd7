import ArgumentParser
import TaskClient
import TaskProtocol

struct StatsCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Print the server's counters.",
        discussion: "Exit codes: 0 answered, 6 no server or no answer.")

    @ParentCommand var root: TaskCommand
    @OptionGroup var json: JSONOption
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        let answer = try context.connect { conversation throws(CommandEnd) in try conversation.ask(StatsRequest()) }
        let stats = try context.reply(answer)
        try context.console.write(json.isOn ? context.jsonLine(answer.text) : stats.text)
        return .success
    }
}

extension StatsReply {
    /// A line for each counter: `waiting           3`, `held for tasks    12.3 MiB`. Refusals, and connections that a limit
    /// closed, are listed only if there are any.
    var text: String {
        let closed = closedForLimits.map { ("closed by --\(shortened($0.name))", $0.count) }
        let refused = refused.map { ("refused \(shortened($0.name))", $0.count) }
        return table(
            [
                ("uptime", Durations.short(uptime)),
                ("submitted", "\(submitted)"),
                ("succeeded", "\(succeeded)"),
                ("failed", "\(failed)"),
                ("cancelled", "\(cancelled)"),
                ("waiting", "\(waiting)"),
                ("running", "\(running)"),
                ("kept", "\(kept)"),
                ("forgotten", "\(evicted)"),
                ("oldest waiting", oldestWaiting.map { "for \(Durations.short($0))" } ?? "-"),
                ("held for tasks", ByteCount.text(heldBytes)),
                ("held for clients", ByteCount.text(connectionBytes)),
                ("connections", "\(connections)"),
                ("connections so far", "\(accepted)"),
                ("closed for errors", "\(closedForErrors)"),
                ("waits", "\(waits)"),
            ] + (closed + refused).filter { $0.1 != 0 }.map { ($0.0, "\($0.1)") })
    }
}
