import CLibuv

/// A request that libuv holds until its callback: kept alive by itself from the moment that the call
/// which started it answered 0, until the callback took it back.
final class Request<Raw, Outcome> {
    let raw: UnsafeMutablePointer<Raw>
    private let completion: (Outcome) -> Void

    private init(_ completion: @escaping (Outcome) -> Void) {
        raw = .allocate(capacity: 1)
        self.completion = completion
    }

    deinit { raw.deallocate() }

    /// Makes `call` with new memory for the request.
    ///
    /// - Parameter completion: called once, on the loop's thread, unless this throws.
    static func start(
        _ name: String, completion: @escaping (Outcome) -> Void, _ call: (UnsafeMutablePointer<Raw>) -> Int32
    ) throws(UVError) {
        let request = Request(completion)
        uv_req_set_data(request.base, Unmanaged.passUnretained(request).toOpaque())
        try check(name, call(request.raw))
        _ = Unmanaged.passRetained(request)
    }

    /// Takes the request back from libuv and reports its end.
    static func complete(_ raw: UnsafeMutablePointer<Raw>?, _ outcome: Outcome) {
        let data = uv_req_get_data(UnsafeMutableRawPointer(raw!).assumingMemoryBound(to: uv_req_t.self))
        Unmanaged<Request>.fromOpaque(data!).takeRetainedValue().completion(outcome)
    }

    private var base: UnsafeMutablePointer<uv_req_t> {
        UnsafeMutableRawPointer(raw).assumingMemoryBound(to: uv_req_t.self)
    }
}
