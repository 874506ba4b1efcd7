import ModelRuns
import QueueModel
import TaskCore
import TaskQueue

/// The task types of the model test. `long` only has a delay. The others have none, and the test holds their functions.
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

    private struct Broken: Error {}

    var type: TaskType {
        TaskType(name: rawValue, delay: self == .long ? .seconds(3600) : .zero) { data in
            switch self {
            case .gate, .long: data
            case .twice: data + data
            case .broken: throw Broken()
            }
        }
    }
}

enum ModelRequest {
    /// No task of the model writes to its log.
    enum Question: String, CaseIterable {
        case status
        case result = "get_result"
        case log
    }

    enum Wait: String, CaseIterable {
        case endless = #","wait":true"#
        case hour = #","wait":true,"timeout_ms":3600000"#
        case zero = #","wait":true,"timeout_ms":0"#
    }

    /// The name is unknown if there is no type.
    case run(ModelType?, data: String, key: String? = nil)
    case ask(Question, TaskID, Wait? = nil)
    case cancel(TaskID)
    case list(ListQuery)
    case stats
    case info

    /// The members, from `type` on.
    var members: String {
        switch self {
        case .run(let type, let data, let key):
            #""type":"run","task_name":"\#(type?.rawValue ?? "zzzzzzzzzzzzzz")","data":"\#(data)""#
                + (key.map { #","key":"\#($0)""# } ?? "")
        case .ask(let question, let task, let wait):
            #""type":"\#(question.rawValue)","task_id":\#(task)"# + (wait?.rawValue ?? "")
        case .cancel(let task): #""type":"cancel","task_id":\#(task)"#
        case .list(let query):
            #""type":"list","limit":\#(query.limit)"# + (query.before.map { #","before":\#($0)"# } ?? "")
                + (query.state.map { #","status":"\#($0.rawValue)""# } ?? "")
        case .stats: #""type":"stats""#
        case .info: #""type":"info""#
        }
    }
}

struct ModelMessage {
    /// `--max-message` of the servers of the test. It also determines how much their connections may hold.
    static let limit = 2000

    enum Content {
        case request(ModelRequest)
        /// Refused for this reason before it is handled.
        case malformed(Refusal.Code)
    }

    /// nil for a legacy request, and for a message whose `seq` cannot be read.
    let sequence: Int?
    let content: Content
    let text: String

    init(_ sequence: Int?, _ request: ModelRequest) {
        self.sequence = sequence
        content = .request(request)
        text = (sequence.map { #"{"seq":\#($0),"# } ?? "{") + request.members + "}\n"
    }

    init(_ sequence: Int?, _ code: Refusal.Code, _ text: String) {
        self.sequence = sequence
        content = .malformed(code)
        self.text = text + "\n"
    }
}

/// Writes random messages.
struct ModelWriter {
    private var lastSequence = 0

    /// Requests in flight may have the same one.
    mutating func sequence() -> Int {
        lastSequence = (lastSequence + 1) % 20
        return lastSequence
    }

    /// - Parameter tasks: the number of tasks so far.
    mutating func message(_ tasks: Int, _ generator: inout SeededGenerator) -> ModelMessage {
        switch generator.number(0..<20) {
        case 0..<5: ModelMessage(nil, legacyRequest(tasks, &generator))
        case 5..<19: ModelMessage(sequence(), request(tasks, &generator))
        default: malformed(&generator)
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

    private func run(_ generator: inout SeededGenerator) -> ModelRequest {
        let type = generator.oneIn(12) ? nil : ModelType.allCases.randomElement(using: &generator)!
        let length = generator.oneIn(5) ? generator.number(0..<60) : generator.number(0..<6)
        return .run(type, data: String(repeating: "d", count: length))
    }

    /// With one of a few keys, and mostly with the data of that key.
    private func runWithKey(_ generator: inout SeededGenerator) -> ModelRequest {
        let number = generator.number(0..<ModelType.allCases.count)
        let length = generator.oneIn(5) ? number + 1 : number
        return .run(ModelType.allCases[number], data: String(repeating: "k", count: length), key: "key\(number)")
    }

    private func legacyRequest(_ tasks: Int, _ generator: inout SeededGenerator) -> ModelRequest {
        switch generator.number(0..<10) {
        case 0..<4: run(&generator)
        case 4..<8: .ask(.status, task(tasks, &generator))
        default: .ask(.result, task(tasks, &generator))
        }
    }

    private func request(_ tasks: Int, _ generator: inout SeededGenerator) -> ModelRequest {
        switch generator.number(0..<20) {
        case 0..<6: return generator.oneIn(2) ? run(&generator) : runWithKey(&generator)
        case 6..<13:
            let question = ModelRequest.Question.allCases.randomElement(using: &generator)!
            let wait = ([nil, .endless] + ModelRequest.Wait.allCases).randomElement(using: &generator)!
            return .ask(question, task(tasks, &generator), wait)
        case 13..<17: return .cancel(task(tasks, &generator))
        case 17:
            let before = generator.oneIn(2) ? task(tasks, &generator) : nil
            let state = ([nil] + TaskState.allCases).randomElement(using: &generator)!
            return .list(ListQuery(state: state, before: before, limit: generator.number(1..<6)))
        default: return generator.oneIn(2) ? .stats : .info
        }
    }

    private mutating func malformed(_ generator: inout SeededGenerator) -> ModelMessage {
        let number = sequence()
        let long = String(repeating: "x", count: ModelMessage.limit)
        return [
            ModelMessage(nil, .badRequest, "POST / HTTP/1.1"),
            ModelMessage(nil, .badRequest, #"{"seq":"1","type":"info"}"#),
            ModelMessage(nil, .tooLarge, #"{"seq":\#(number),"x":"\#(long)"}"#),
            ModelMessage(number, .badRequest, #"{"seq":\#(number),"type":"cancel"}"#),
            ModelMessage(number, .unknownRequest, #"{"seq":\#(number),"type":"stop"}"#),
            ModelMessage(number, .restarted, #"{"seq":\#(number),"type":"info","instance":"0000000000000000"}"#),
        ].randomElement(using: &generator)!
    }
}
