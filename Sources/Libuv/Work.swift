import CLibuv

/// One piece of work on libuv's thread pool (`uv_work_t`).
package enum Work {
    /// Runs `body` on a pool thread (`uv_queue_work`, which fails only where it is given no function).
    ///
    /// - Parameter completion: called once, on the loop's thread, with what `body` answered; unless the loop is
    ///   closed before.
    package static func queue<Output: Sendable>(
        on loop: EventLoop, _ body: @escaping @Sendable () -> Output, completion: @escaping (Output) -> Void
    ) {
        let work = TypedWorkRequest(body) { output in
            loop.requestsOnPool -= 1
            completion(output)
        }
        work.raw.pointee.data = Unmanaged.passUnretained(work).toOpaque()
        let result = uv_queue_work(loop.raw, work.raw, performWork, workDidEnd)
        precondition(result == 0, "uv_queue_work refused a function")
        _ = Unmanaged.passRetained(work)
        loop.requestsOnPool += 1
    }
}

/// What the two callbacks see of the work; libuv calls them one after the other, with a lock between.
private class WorkRequest {
    let raw = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)

    deinit { raw.deallocate() }

    func perform() {}
    func end() {}
}

private final class TypedWorkRequest<Output: Sendable>: WorkRequest {
    private let body: @Sendable () -> Output
    private let completion: (Output) -> Void
    private var output: Output?

    init(_ body: @escaping @Sendable () -> Output, _ completion: @escaping (Output) -> Void) {
        self.body = body
        self.completion = completion
    }

    override func perform() { output = body() }

    override func end() {
        guard let output else { preconditionFailure("work ended that was never performed") }
        completion(output)
    }
}

private func performWork(_ request: UnsafeMutablePointer<uv_work_t>?) {
    Unmanaged<WorkRequest>.fromOpaque(request!.pointee.data).takeUnretainedValue().perform()
}

private func workDidEnd(_ request: UnsafeMutablePointer<uv_work_t>?, _ status: Int32) {
    Unmanaged<WorkRequest>.fromOpaque(request!.pointee.data).takeRetainedValue().end()
}
