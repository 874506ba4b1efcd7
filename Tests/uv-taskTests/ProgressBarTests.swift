import Testing

@testable import uv_task

struct ProgressBarTests {
    @Test(arguments: [
        (0, 10, "[----------]"), (5, 5, "[#####-----]"), (99, 1, "[#########-]"), (0, 0, "[##########]"),
        (.max, .max, "[#####-----]"), (.max, 1, "[#########-]"),
    ])
    func theShareOfTheTime(_ elapsed: Int, _ remaining: Int, _ bar: String) {
        #expect(WaitProgress.bar(10, elapsed: elapsed, remaining: remaining) == bar)
    }
}
