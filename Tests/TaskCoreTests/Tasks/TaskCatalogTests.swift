import Testing

@testable import TaskCore

struct TaskCatalogTests {
    @Test(arguments: [
        ("echo", 0, "кот"), ("revers", 2, "ток"), ("reverse", 2, "ток"), ("permutation", 5, "окт"),
        ("too_long_echo", 20, "кот"),
    ])
    func theBuiltInTypesHaveTheirDelaysAndResults(name: String, delay: Int, result: String) throws {
        let index = try #require(TaskCatalog().index(of: name))
        let work = TaskCatalog().types[index].work
        guard case .function(.seconds(delay), let function) = work else {
            Issue.record("\(work)")
            return
        }
        #expect(try function("кот") == result)
        #expect(TaskType.builtIn.count == 5)
    }

    @Test func namesAreComparedByteForByte() {
        let catalog = TaskCatalog([TaskType(name: "\u{e9}", delay: .zero) { $0 }])
        #expect(catalog.index(of: "\u{e9}") == 0)
        #expect(catalog.index(of: "e\u{301}") == nil, "an equal String with other bytes")
        for name in ["", "Echo", "echo ", "rev"] { #expect(TaskCatalog().index(of: name) == nil) }
    }

    @Test func theTimeScaleMultipliesDelays() {
        #expect(
            TaskCatalog(timeScale: 0.5).types.map(\.delay) == [
                .zero, .seconds(1), .seconds(1), .milliseconds(2500), .seconds(10),
            ])
        #expect(TaskCatalog(timeScale: 0).types.allSatisfy { $0.delay == .zero })
    }

    @Test func commandsHaveNoDelayAndCheckTheirData() throws {
        var command = Command([CommandArgument("cat")])
        command.data = .base64
        let type = TaskType(name: "copy", description: "Copies", work: .command(command))
        let catalog = TaskCatalog([type, TaskType(name: "echo", delay: .zero) { $0 }], timeScale: 5)
        #expect(catalog.types[0].command == command && catalog.types[0].description == "Copies")
        #expect(catalog.types[0].delay == .zero && catalog.types[1].command == nil)
        #expect(throws: Refusal.dataNotBase64) { try catalog.check("?", for: 0) }
        try catalog.check("?", for: 1)
    }
}
