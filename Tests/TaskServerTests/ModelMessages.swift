import ModelRuns
import QueueModel
import TaskCore
import TaskQueue

/// The task types of the model test. All but `long` have no delay, and a function that the test holds.
enum ModelType: String, CaseIterable {
    /// Returns its data.
    case gate
    /// Returns more than it was given.
    case twice
    /// Throws.
    case broken
    /// Runs for an hour unless it is cancelled.
    case long

    init(_ index: TaskTypeIndex) { self = Self.allCases[Int(index.rawValue)] }

    var index: TaskTypeIndex { TaskTypeIndex(rawValue: UInt16(Self.allCases.firstIndex(of: self)!)) }
}

enum ModelRequest {
    enum Wait: String, CaseIterable {
        case endless = #","wait":true"#
        case hour = #","wait":true,"timeout_ms":3600000"#
        case zero = #","wait":true,"timeout_ms":0"#
        case short = #","wait":true,"timeout_ms":1"#
    }

    /// The name is unknown if there is no type.
    case run(ModelType?, data: String, key: String? = nil)
    case status(TaskID, Wait? = nil)
    case result(TaskID, Wait? = nil)
    case cancel(TaskID)
    case log(TaskID, offset: Int, Wait? = nil)
    case list(ListQuery)
    case stats
    case info

    /// The members, from `type` on.
    var members: String {
        switch self {
        case .run(let type, let data, let key):
            #""type":"run","task_name":"\#(type?.rawValue ?? "zzzzzzzzzzzzzz")","data":"\#(data)""#
                + (key.map { #","key":"\#($0)""# } ?? "")
        case .status(let task, let wait): #""type":"status","task_id":\#(task)"# + (wait?.rawValue ?? "")
        case .result(let task, let wait): #""type":"get_result","task_id":\#(task)"# + (wait?.rawValue ?? "")
        case .cancel(let task): #""type":"cancel","task_id":\#(task)"#
        case .log(let task, let offset, let wait):
            #""type":"log","task_id":\#(task),"offset":\#(offset)"# + (wait?.rawValue ?? "")
        case .list(let query):
            #""type":"list","limit":\#(query.limit)"# + (query.before.map { #","before":\#($0)"# } ?? "")
                + (query.state.map { #","status":"\#($0.rawValue)""# } ?? "")
        case .stats: #""type":"stats""#
        case .info: #""type":"info""#
        }
    }
}

/// What the server reads.
enum ModelEvent {
    /// A message without a valid `seq` that is refused for this reason.
    case malformed(Refusal.Code)
    case legacy(ModelRequest)
    case request(Int, ModelRequest)
    /// A message with a `seq` that is refused for this reason.
    case refused(Int, Refusal.Code)
}

/// A message as bytes.
struct ModelMessage {
    /// `--max-message` of the servers of the test. It also determines how much their connections may hold.
    static let limit = 2000

    let text: String
    let event: ModelEvent
    /// The number of bytes after which the server knows the event.
    let knownAt: Int
    /// The number of bytes up to the end of the object; 0 if there is no object.
    let end: Int

    /// - Parameter gap: what the client writes after the object.
    init(_ object: String, _ event: ModelEvent, gap: String = "\n") {
        text = object + gap
        self.event = event
        end = object.utf8.count
        knownAt = min(end, Self.limit)
    }

    init(_ sequence: Int, _ request: ModelRequest) {
        self.init(#"{"seq":\#(sequence),\#(request.members)}"#, .request(sequence, request))
    }

    /// Bytes that belong to no message.
    init(garbage: String) {
        text = garbage + "\n"
        event = .malformed(.badRequest)
        knownAt = 1
        end = 0
    }
}

/// The messages of one client that are not sent yet. They are sent in pieces of any length.
struct ModelOutbox {
    private(set) var messages: [ModelMessage] = []
    /// The number of bytes of the first message that were sent.
    private var sent = 0

    var isInsideMessage: Bool { sent > 0 && sent < messages[0].end }
    var isBetweenMessages: Bool { sent == 0 }
    /// The number of bytes.
    var count: Int { messages.reduce(-sent) { $0 + $1.text.utf8.count } }

    mutating func append(_ message: ModelMessage) { messages.append(message) }

    /// Removes and returns this number of bytes, and what the server knows when it has read them.
    mutating func take(_ count: Int) -> (text: String, events: [ModelEvent]) {
        var text: [UInt8] = []
        var events: [ModelEvent] = []
        while text.count < count, let message = messages.first {
            let bytes = Array(message.text.utf8)
            let end = min(bytes.count, sent + count - text.count)
            text += bytes[sent..<end]
            if (sent + 1...end).contains(message.knownAt) { events.append(message.event) }
            sent = end
            if sent == bytes.count {
                messages.removeFirst()
                sent = 0
            }
        }
        return (String(decoding: text, as: UTF8.self), events)
    }
}

/// Random messages.
struct ModelWriter {
    private var lastSequence = 0

    mutating func sequence() -> Int {
        lastSequence += 1
        return lastSequence
    }

    /// - Parameter tasks: the number of tasks so far.
    mutating func message(_ tasks: Int, _ generator: inout SeededGenerator) -> ModelMessage {
        let gap = ["\n", "\n", "", " \t", "\r\n\n"].randomElement(using: &generator)!
        switch generator.number(0..<20) {
        case 0..<5:
            let request = legacyRequest(tasks, &generator)
            return ModelMessage("{\(request.members)}", .legacy(request), gap: gap)
        case 5..<19:
            let request = request(tasks, &generator)
            let sequence = sequence()
            return ModelMessage(#"{"seq":\#(sequence),\#(request.members)}"#, .request(sequence, request), gap: gap)
        default: return malformed(&generator)
        }
    }

    /// Mostly one of the last tasks.
    private func task(_ tasks: Int, _ generator: inout SeededGenerator) -> TaskID {
        let number =
            switch generator.number(0..<20) {
            case 0: 1_000_000
            case 1..<4: tasks + generator.number(1..<3)
            case 4..<14: max(1, tasks - generator.number(0..<4))
            default: generator.number(1..<(tasks + 2))
            }
        return TaskID(rawValue: number)!
    }

    private func run(key: String?, _ generator: inout SeededGenerator) -> ModelRequest {
        let type = generator.oneIn(12) ? nil : ModelType.allCases.randomElement(using: &generator)!
        let length = generator.oneIn(5) ? generator.number(0..<60) : generator.number(0..<6)
        return .run(type, data: String(repeating: "d", count: length), key: key)
    }

    /// With one of a few keys, and mostly with the data of that key.
    private func runWithKey(_ generator: inout SeededGenerator) -> ModelRequest {
        let number = generator.number(0..<ModelType.allCases.count)
        let length = generator.oneIn(5) ? number + 1 : number
        return .run(ModelType.allCases[number], data: String(repeating: "k", count: length), key: "key\(number)")
    }

    private func legacyRequest(_ tasks: Int, _ generator: inout SeededGenerator) -> ModelRequest {
        switch generator.number(0..<10) {
        case 0..<4: run(key: nil, &generator)
        case 4..<8: .status(task(tasks, &generator))
        default: .result(task(tasks, &generator))
        }
    }

    private func request(_ tasks: Int, _ generator: inout SeededGenerator) -> ModelRequest {
        func wait() -> ModelRequest.Wait? {
            generator.oneIn(3) ? nil : [.endless, .endless, .hour, .zero].randomElement(using: &generator)!
        }
        switch generator.number(0..<22) {
        case 0..<7: return generator.oneIn(2) ? run(key: nil, &generator) : runWithKey(&generator)
        case 7..<10: return .status(task(tasks, &generator), wait())
        case 10..<13: return .result(task(tasks, &generator), wait())
        case 13..<17: return .cancel(task(tasks, &generator))
        case 17, 18:
            let before = generator.oneIn(2) ? task(tasks, &generator) : nil
            let state = generator.oneIn(2) ? TaskState.allCases.randomElement(using: &generator)! : nil
            return .list(ListQuery(state: state, before: before, limit: generator.number(1..<6)))
        case 20, 21: return .log(task(tasks, &generator), offset: generator.number(0..<3), wait())
        default: return generator.oneIn(2) ? .stats : .info
        }
    }

    private mutating func malformed(_ generator: inout SeededGenerator) -> ModelMessage {
        let sequence = sequence()
        return switch generator.number(0..<10) {
        case 0: ModelMessage(garbage: #"POST {"seq":1,"type":"info"}"#)
        case 1: ModelMessage(#"{"seq":\#(sequence),"type""# + "\n", .malformed(.badRequest), gap: "")
        case 2: ModelMessage(#"{"seq":\#(sequence),}"#, .malformed(.badRequest))
        case 3: ModelMessage(#"{"seq":"1","type":"info"}"#, .malformed(.badRequest))
        case 4: ModelMessage(#"{"type":"list"}"#, .malformed(.unknownRequest))
        case 5: ModelMessage(#"{"seq":\#(sequence),"type":"stop"}"#, .refused(sequence, .unknownRequest))
        case 6: ModelMessage(#"{"seq":\#(sequence),"type":"cancel"}"#, .refused(sequence, .badRequest))
        case 7:
            ModelMessage(
                #"{"seq":\#(sequence),"x":"\#(String(repeating: "x", count: ModelMessage.limit))"}"#,
                .malformed(.tooLarge))
        case 8:
            ModelMessage(
                #"{"seq":\#(sequence),"type":"info","instance":"0000000000000000"}"#, .refused(sequence, .restarted))
        default: ModelMessage(#"{"type":"status","task_id":1,"task_id":1}"#, .malformed(.badRequest))
        }
    }
}
