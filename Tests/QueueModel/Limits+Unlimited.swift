package import TaskCore

extension Limits {
    /// No limit that a queue enforces.
    package static let unlimited = Limits(queued: .max)

    /// Limits of a queue; what is not given is unlimited.
    package init(queued: Int = .max, memory: Int = .max, keptResults: Int = .max, keptTime: Int? = nil) {
        self.init()
        self.queued = queued
        self.memory = memory
        self.keptResults = keptResults
        self.keptTime = keptTime
    }
}
