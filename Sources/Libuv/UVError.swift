import CLibuv

/// An error that libuv or the system reported.
package struct UVError: Error, Hashable, CustomStringConvertible {
    /// A libuv error code (`UV_E…`); negative.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: Int32

        package init(rawValue: Int32) { self.rawValue = rawValue }

        private init(_ code: uv_errno_t) { rawValue = code.rawValue }

        package static let permissionDenied = Code(UV_EACCES)
        package static let addressInUse = Code(UV_EADDRINUSE)
        package static let addressNotAvailable = Code(UV_EADDRNOTAVAIL)
        package static let familyNotSupported = Code(UV_EAFNOSUPPORT)
        package static let tryAgain = Code(UV_EAGAIN)
        package static let brokenPipe = Code(UV_EPIPE)
        package static let cancelled = Code(UV_ECANCELED)
        package static let connectionRefused = Code(UV_ECONNREFUSED)
        package static let connectionReset = Code(UV_ECONNRESET)
        package static let exists = Code(UV_EEXIST)
        package static let interrupted = Code(UV_EINTR)
        package static let invalidArgument = Code(UV_EINVAL)
        package static let isDirectory = Code(UV_EISDIR)
        package static let noAddress = Code(UV_EAI_NODATA)
        package static let noSuchFile = Code(UV_ENOENT)
        package static let notADirectory = Code(UV_ENOTDIR)
    }

    package let code: Code

    /// The name of the C function.
    package let call: String

    package init(code: Code, call: String) {
        self.code = code
        self.call = call
    }

    /// - Parameter result: what the function returned. Nil if it is not an error code.
    init?(_ call: String, _ result: Int32) {
        guard result < 0 else { return nil }
        self.init(code: Code(rawValue: result), call: call)
    }

    /// - Parameter systemError: a value of `errno` (`uv_translate_sys_error`).
    package init(systemError: Int32, call: String) {
        self.init(code: Code(rawValue: uv_translate_sys_error(systemError)), call: call)
    }

    /// `EADDRINUSE` (`uv_err_name_r`).
    package var name: String { Self.text { uv_err_name_r(code.rawValue, $0, $1) } }

    /// `address already in use` (`uv_strerror_r`).
    package var message: String { Self.text { uv_strerror_r(code.rawValue, $0, $1) } }

    package var description: String { "\(message) (\(name), \(call))" }

    private static func text(_ fill: (UnsafeMutablePointer<CChar>, Int) -> UnsafeMutablePointer<CChar>?) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress, let filled = fill(start, buffer.count) else { return "" }
            return String(cString: filled)
        }
    }
}

/// Throws a negative libuv result as an error.
@discardableResult
func check(_ call: String, _ result: Int32) throws(UVError) -> Int32 {
    if let error = UVError(call, result) { throw error }
    return result
}
