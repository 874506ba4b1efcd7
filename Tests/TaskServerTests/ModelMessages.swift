import ModelRuns
import TaskCore
import TaskProtocol

/// The task types of the model test; all but `long` have no delay, and a function that returns when the test lets it.
enum ModelType: String, CaseIterable {
    /// Answers its data.
    case gate
    /// Answers more than it took.
    case twice
    /// Throws.
    case broken
    /// Waits for an hour, unless it is cancelled.
    case long
}

enum ModelRequest {
    enum Wait: String, CaseIterable {
        case endless = #","wait":true"#
        case hour = #","wait":true,"timeout_ms":3600000"#
        case zero = #","wait":true,"timeout_ms":0"#
        case short = #","wait":true,"timeout_ms":1"#
    }

    /// Without a type the name is unknown.
    case run(ModelType?, data: String, key: String? = nil)
    case status(Int, Wait? = nil)
    case result(Int, Wait? = nil)
    case cancel(Int)
    case log(Int, offset: Int, Wait? = nil)
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

/// What the server learns from a message.
enum ModelEvent {
    case broken(RequestError.Code)
    case classic(ModelRequest)
    case numbered(Int, ModelRequest)
    case refused(Int, RequestError.Code)
}

/// A message as bytes.
struct ModelMessage {
    /// `--max-message` of the test's servers; what their connections may hold follows from it.
    static let limit = 2000

    let text: String
    let event: ModelEvent
    /// After how many bytes the server knows it.
    let knownAt: Int
    /// Of how many bytes the last is the end of the object; 0 where it is none.
    let end: Int

    /// An object, and what a client may write behind it.
    init(_ object: String, _ event: ModelEvent, gap: String = "\n") {
        text = object + gap
        self.event = event
        end = object.utf8.count
        knownAt = min(end, Self.limit)
    }

    init(_ sequence: Int, _ request: ModelRequest) {
        self.init(#"{"seq":\#(sequence),\#(request.members)}"#, .numbered(sequence, request))
    }

    /// Bytes between messages.
    init(garbage: String) {
        text = garbage + "\n"
        event = .broken(.badRequest)
        knownAt = 1
        end = 0
    }
}

/// Messages of one client on their way, which are cut anywhere.
struct ModelOutbox {
    private(set) var messages: [ModelMessage] = []
    /// Bytes of the first one that are sent.
    private var sent = 0

    var isInsideMessage: Bool { sent > 0 && sent < messages[0].end }
    var isBetweenMessages: Bool { sent == 0 }
    var count: Int { messages.reduce(-sent) { $0 + $1.text.utf8.count } }

    mutating func append(_ message: ModelMessage) { messages.append(message) }

    /// Takes so many bytes.
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

    /// - Parameter tasks: how many there have been.
    mutating func message(_ tasks: Int, _ generator: inout SeededGenerator) -> ModelMessage {
        let gap = ["\n", "\n", "", " \t", "\r\n\n"].randomElement(using: &generator)!
        switch generator.number(0..<20) {
        case 0..<5:
            let request = classic(tasks, &generator)
            return ModelMessage("{\(request.members)}", .classic(request), gap: gap)
        case 5..<19:
            let request = request(tasks, &generator)
            let sequence = sequence()
            return ModelMessage(#"{"seq":\#(sequence),\#(request.members)}"#, .numbered(sequence, request), gap: gap)
        default: return wrong(&generator)
        }
    }

    private func task(_ tasks: Int, _ generator: inout SeededGenerator) -> Int {
        switch generator.number(0..<20) {
        case 0: 1_000_000
        case 1..<4: tasks + generator.number(1..<3)
        case 4..<14: max(1, tasks - generator.number(0..<4))
        default: generator.number(1..<(tasks + 2))
        }
    }

    private func run(key: String?, _ generator: inout SeededGenerator) -> ModelRequest {
        let type = generator.oneIn(12) ? nil : ModelType.allCases.randomElement(using: &generator)!
        let length = generator.oneIn(5) ? generator.number(0..<60) : generator.number(0..<6)
        return .run(type, data: String(repeating: "d", count: length), key: key)
    }

    /// With one of a few keys, mostly with the data that belongs to it.
    private func runAgain(_ generator: inout SeededGenerator) -> ModelRequest {
        let number = generator.number(0..<ModelType.allCases.count)
        let length = generator.oneIn(5) ? number + 1 : number
        return .run(ModelType.allCases[number], data: String(repeating: "k", count: length), key: "key\(number)")
    }

    private func classic(_ tasks: Int, _ generator: inout SeededGenerator) -> ModelRequest {
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
        case 0..<7: return generator.oneIn(2) ? run(key: nil, &generator) : runAgain(&generator)
        case 7..<10: return .status(task(tasks, &generator), wait())
        case 10..<13: return .result(task(tasks, &generator), wait())
        case 13..<17: return .cancel(task(tasks, &generator))
        case 20, 21: return .log(task(tasks, &generator), offset: generator.number(0..<3), wait())
        case 17, 18:
            let before = generator.oneIn(2) ? TaskID(rawValue: task(tasks, &generator)) : nil
            let state = generator.oneIn(2) ? TaskState.allCases.randomElement(using: &generator)! : nil
            return .list(ListQuery(state: state, before: before, limit: generator.number(1..<6)))
        default: return generator.oneIn(2) ? .stats : .info
        }
    }

    private mutating func wrong(_ generator: inout SeededGenerator) -> ModelMessage {
        let sequence = sequence()
        return switch generator.number(0..<10) {
        case 0: ModelMessage(garbage: #"POST {"seq":1,"type":"info"}"#)
        case 1: ModelMessage(#"{"seq":\#(sequence),"type""# + "\n", .broken(.badRequest), gap: "")
        case 2: ModelMessage(#"{"seq":\#(sequence),}"#, .broken(.badRequest))
        case 3: ModelMessage(#"{"seq":"1","type":"info"}"#, .broken(.badRequest))
        case 4: ModelMessage(#"{"type":"list"}"#, .broken(.unknownRequest))
        case 5: ModelMessage(#"{"seq":\#(sequence),"type":"stop"}"#, .refused(sequence, .unknownRequest))
        case 6: ModelMessage(#"{"seq":\#(sequence),"type":"cancel"}"#, .refused(sequence, .badRequest))
        case 7:
            ModelMessage(
                #"{"seq":\#(sequence),"x":"\#(String(repeating: "x", count: ModelMessage.limit))"}"#, .broken(.tooLarge)
            )
        case 8:
            ModelMessage(
                #"{"seq":\#(sequence),"type":"info","instance":"0000000000000000"}"#, .refused(sequence, .restarted))
        default: ModelMessage(#"{"type":"status","task_id":1,"task_id":1}"#, .broken(.badRequest))
        }
    }
}
