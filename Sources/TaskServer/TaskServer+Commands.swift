import Libuv
import Logging
import TaskCore

/// What the server does for tasks that are commands.
extension TaskServer {
    /// Sets what they run with, and starts the guard where there are some.
    func prepareCommands() throws(StartFailure) {
        runner.prepare {
            $0.killTime = configuration.killTime
            $0.descriptorLimit = configuration.commandDescriptorLimit
            $0.onLog = { [unowned self] in taskDidWriteLog($0) }
            $0.onStay = { [logger] id in
                logger.warning("what task \(id) has started was killed and does not end; the next task waits for it")
            }
        }
        guard let guardProgram, catalog.types.contains(where: { $0.command != nil }) else { return }
        do throws(UVError) {
            let processGuard = try ProcessGuard(guardProgram, on: loop) { [logger] error in
                let outcome = error.map { ", and cannot be started again: \($0)" } ?? "; another takes its place"
                logger.warning("the process that watches over commands has ended\(outcome)")
            }
            runner.prepare { $0.processGuard = processGuard }
        } catch {
            throw .processGuard(error)
        }
    }
}
