import Libuv

/// Passes on what a pipe delivers. The end of the pipe has no meaning: a process outside the session may keep it open.
final class PipeReader: StreamDelegate {
    private let onRead: (Span<UInt8>) -> Void

    init(_ onRead: @escaping (Span<UInt8>) -> Void) { self.onRead = onRead }

    func streamDidRead(_ bytes: Span<UInt8>) { onRead(bytes) }
    func streamDidEnd(_ error: UVError?) {}
    func streamDidDrain() {}
}

/// Writes the input of a command and closes the pipe. An error is not a failure: a program need not read its input.
final class PipeWriter: StreamDelegate {
    private let pipe: Pipe

    init(_ bytes: [UInt8], to pipe: Pipe) {
        self.pipe = pipe
        pipe.delegate = self
        try? pipe.write(bytes.span)
        if pipe.isDrained { pipe.close() }
    }

    func streamDidRead(_ bytes: Span<UInt8>) {}
    func streamDidEnd(_ error: UVError?) { pipe.close() }
    func streamDidDrain() { pipe.close() }
}
