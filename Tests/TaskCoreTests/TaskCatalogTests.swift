import Testing

@testable import TaskCore

struct TaskCatalogTests {
    @Test func theBuiltInTypesAndTheirDelays() {
        let delays = TaskCatalog().types.map { "\($0.name) \($0.delay)" }
        #expect(
            delays == [
                "echo 0.0 seconds", "revers 2.0 seconds", "reverse 2.0 seconds", "permutation 5.0 seconds",
                "too_long_echo 20.0 seconds",
            ])
    }

    @Test func namesAreFoundAsTheyStand() throws {
        let catalog = TaskCatalog()
        #expect(try catalog.index(of: "revers").map { try catalog.types[$0].function("кот") } == "ток")
        #expect(try catalog.index(of: "reverse").map { try catalog.types[$0].function("кот") } == "ток")
        #expect(try catalog.index(of: "permutation").map { try catalog.types[$0].function("кот") } == "окт")
        #expect(try catalog.index(of: "echo").map { try catalog.types[$0].function("кот") } == "кот")
        #expect(try catalog.index(of: "too_long_echo").map { try catalog.types[$0].function("кот") } == "кот")
        for name in ["", "Echo", "echo ", "rev"] { #expect(catalog.index(of: name) == nil) }
    }

    @Test func namesAreComparedByteForByte() {
        let catalog = TaskCatalog([TaskType(name: "\u{e9}", delay: .zero) { $0 }])
        #expect(catalog.index(of: "\u{e9}") == 0)
        #expect(catalog.index(of: "e\u{301}") == nil, "the same to a reader, other bytes")
    }

    @Test func aScaleMultipliesEveryDelay() {
        #expect(
            TaskCatalog(timeScale: 0.5).types.map(\.delay) == [
                .zero, .seconds(1), .seconds(1), .milliseconds(2500), .seconds(10),
            ])
        #expect(TaskCatalog(timeScale: 0).types.allSatisfy { $0.delay == .zero })
    }
}
