import CLibuv

/// A libuv request (`uv_req_t`). It is retained once after its call succeeded, and released in its callback.
final class Request<Raw, Outcome> {
    private let raw: UnsafeMutablePointer<Raw>
    private let completion: (Outcome) -> Void

    private init(_ completion: @escaping (Outcome) -> Void) {
        raw = .allocate(capacity: 1)
        self.completion = completion
    }

    deinit { raw.deallocate() }

    /// Makes `call` with a new request.
    ///
    /// - Parameter completion: called once, on the loop's thread, unless this throws.
    static func start(
        _ name: String, completion: @escaping (Outcome) -> Void, _ call: (UnsafeMutablePointer<Raw>) -> Int32
    ) throws(UVError) {
        let request = Request(completion)
        let base = UnsafeMutableRawPointer(request.raw).assumingMemoryBound(to: uv_req_t.self)
        uv_req_set_data(base, Unmanaged.passUnretained(request).toOpaque())
        try check(name, call(request.raw))
        _ = Unmanaged.passRetained(request)
    }

    /// Releases the request and calls its completion. C callbacks call this.
    static func complete(_ raw: UnsafeMutablePointer<Raw>?, _ outcome: Outcome) {
        let data = uv_req_get_data(UnsafeMutableRawPointer(raw!).assumingMemoryBound(to: uv_req_t.self))
        Unmanaged<Request>.fromOpaque(data!).takeRetainedValue().completion(outcome)
    }
}
