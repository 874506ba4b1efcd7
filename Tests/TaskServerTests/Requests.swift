/// Requests with a `seq`, as a client writes them.
enum Requests {
    static let wait = #","wait":true"#

    static func run(_ seq: Int, _ name: String, _ data: String = "x", _ more: String = "") -> String {
        #"{"seq":\#(seq),"type":"run","task_name":"\#(name)","data":"\#(data)"\#(more)}"# + "\n"
    }
    static func status(_ seq: Int, _ id: Int, _ more: String = "") -> String {
        #"{"seq":\#(seq),"type":"status","task_id":\#(id)\#(more)}"# + "\n"
    }
    static func result(_ seq: Int, _ id: Int, _ more: String = "") -> String {
        #"{"seq":\#(seq),"type":"get_result","task_id":\#(id)\#(more)}"# + "\n"
    }
    static func cancel(_ seq: Int, _ id: Int) -> String {
        #"{"seq":\#(seq),"type":"cancel","task_id":\#(id)}"# + "\n"
    }
    static func log(_ seq: Int, _ id: Int, offset: Int = 0, _ more: String = "") -> String {
        #"{"seq":\#(seq),"type":"log","task_id":\#(id),"offset":\#(offset)\#(more)}"# + "\n"
    }
    static func other(_ seq: Int, _ type: String, _ more: String = "") -> String {
        #"{"seq":\#(seq),"type":"\#(type)"\#(more)}"# + "\n"
    }
}

/// Requests of legacy clients.
enum Legacy {
    static func run(_ name: String, _ data: String = "") -> String {
        #"{"type":"run","task_name":"\#(name)","data":"\#(data)"}"# + "\n"
    }
    static func status(_ id: Int) -> String { #"{"type":"status","task_id":\#(id)}"# + "\n" }
    static func result(_ id: Int) -> String { #"{"type":"get_result","task_id":\#(id)}"# + "\n" }
}
