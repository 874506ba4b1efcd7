import CLibuv

/// A failure that libuv reported: its code, and the call that answered with it.
package struct UVError: Error, Hashable, CustomStringConvertible {
    /// A libuv error code (`UV_E…`); negative.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: Int32

        package init(rawValue: Int32) { self.rawValue = rawValue }

        private init(_ code: uv_errno_t) { rawValue = code.rawValue }

        /// `UV_EACCES`
        package static let permissionDenied = Code(UV_EACCES)
        /// `UV_EADDRINUSE`
        package static let addressInUse = Code(UV_EADDRINUSE)
        /// `UV_EADDRNOTAVAIL`
        package static let addressNotAvailable = Code(UV_EADDRNOTAVAIL)
        /// `UV_EAFNOSUPPORT`
        package static let familyNotSupported = Code(UV_EAFNOSUPPORT)
        /// `UV_EAGAIN`
        package static let tryAgain = Code(UV_EAGAIN)
        /// `UV_EPIPE`
        package static let brokenPipe = Code(UV_EPIPE)
        /// `UV_ECANCELED`
        package static let cancelled = Code(UV_ECANCELED)
        /// `UV_ECONNREFUSED`
        package static let connectionRefused = Code(UV_ECONNREFUSED)
        /// `UV_ECONNRESET`
        package static let connectionReset = Code(UV_ECONNRESET)
        /// `UV_EEXIST`
        package static let exists = Code(UV_EEXIST)
        /// `UV_EINTR`
        package static let interrupted = Code(UV_EINTR)
        /// `UV_EINVAL`
        package static let invalidArgument = Code(UV_EINVAL)
        /// `UV_EISDIR`
        package static let isDirectory = Code(UV_EISDIR)
        /// `UV_EAI_NODATA`
        package static let noAddress = Code(UV_EAI_NODATA)
        /// `UV_ENOENT`
        package static let noSuchFile = Code(UV_ENOENT)
    }

    package let code: Code

    /// The C function, as libuv names it.
    package let call: String

    package init(code: Code, call: String) {
        self.code = code
        self.call = call
    }

    /// The code's name without the prefix, `EADDRINUSE` (`uv_err_name_r`).
    package var name: String { Self.text { uv_err_name_r(code.rawValue, $0, $1) } }

    /// What the code means, `address already in use` (`uv_strerror_r`).
    package var message: String { Self.text { uv_strerror_r(code.rawValue, $0, $1) } }

    package var description: String { "\(message) (\(name), \(call))" }

    private static func text(_ fill: (UnsafeMutablePointer<CChar>, Int) -> UnsafeMutablePointer<CChar>?) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress, let filled = fill(start, buffer.count) else { return "" }
            return String(cString: filled)
        }
    }
}

/// The one door for libuv's return codes.
///
/// - Returns: `result`, where it is not negative.
/// - Throws: `UVError` with the code and the name of the call, where it is.
@discardableResult
func check(_ call: String, _ result: Int32) throws(UVError) -> Int32 {
    guard result >= 0 else { throw UVError(code: UVError.Code(rawValue: result), call: call) }
    return result
}
