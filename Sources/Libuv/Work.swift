import CLibuv

/// Work on libuv's thread pool (`uv_work_t`).
package enum Work {
    /// Runs `body` on a pool thread (`uv_queue_work`).
    ///
    /// - Parameter completion: called once, on the loop's thread, with the output of `body`; not called if the loop is
    ///   closed first.
    package static func queue<Output: Sendable>(
        on loop: EventLoop, _ body: @escaping @Sendable () -> Output, completion: @escaping (Output) -> Void
    ) {
        var output: Output?
        let work = WorkRequest {
            output = body()
        } end: {
            guard let output else { preconditionFailure("work ended before it ran") }
            loop.requestsOnPool -= 1
            completion(output)
        }
        work.raw.pointee.data = Unmanaged.passUnretained(work).toOpaque()
        // Fails only without a function to run.
        let result = uv_queue_work(loop.raw, work.raw, performWork, workDidEnd)
        precondition(result == 0)
        _ = Unmanaged.passRetained(work)
        loop.requestsOnPool += 1
    }
}

/// libuv calls `perform` on a pool thread, then `end` on the loop's thread, with a lock in between.
private final class WorkRequest {
    let raw = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
    let perform: () -> Void
    let end: () -> Void

    init(perform: @escaping () -> Void, end: @escaping () -> Void) {
        self.perform = perform
        self.end = end
    }

    deinit { raw.deallocate() }
}

private func performWork(_ request: UnsafeMutablePointer<uv_work_t>?) {
    Unmanaged<WorkRequest>.fromOpaque(request!.pointee.data).takeUnretainedValue().perform()
}

private func workDidEnd(_ request: UnsafeMutablePointer<uv_work_t>?, _ status: Int32) {
    Unmanaged<WorkRequest>.fromOpaque(request!.pointee.data).takeRetainedValue().end()
}
