import TaskCore
import TaskProtocol
import TaskQueue

extension InfoRequest {
    func handle(in context: RequestContext) throws(Refusal) {
        let server = context.server
        let types = server.catalog.types.enumerated().map { index, type in
            var info = TaskTypeInfo(name: type.name, delay: Int(clamping: type.delay.millisecondsRoundedUp).onWire)
            info.isCommand = type.command != nil
            info.usualDuration = server.queue.usualDuration(of: TaskTypeIndex(rawValue: UInt16(index)))?.onWire
            info.description = type.description
            info.data = type.command?.data ?? .text
            info.result = type.command?.result ?? .text
            return info
        }
        let limits = server.configuration.limits.all.map { LimitInfo($0.limit.name, $0.value) }
        context.reply(InfoReply(instance: server.instance, taskTypes: types, limits: limits))
    }
}
