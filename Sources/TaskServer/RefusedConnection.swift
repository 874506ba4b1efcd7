import Libuv

/// A connection that is one too many: its client is told so in one line, and has a second to read it.
final class RefusedConnection: ByteStreamDelegate {
    /// How long the client may take to close, in milliseconds. Closing with something unread resets the connection, and
    /// with it the line that the client has not read yet.
    private static let partingTime: UInt64 = 1000

    private let stream: TCPStream
    private let timer: Timer
    private let onEnd: (RefusedConnection) -> Void

    /// - Parameters:
    ///   - line: all that the client is told.
    ///   - onEnd: called once, at its end.
    init(_ stream: TCPStream, _ line: [UInt8], onEnd: @escaping (RefusedConnection) -> Void) throws(UVError) {
        self.stream = stream
        self.onEnd = onEnd
        timer = try Timer(on: stream.loop)
        stream.delegate = self
        do throws(UVError) {
            try stream.write(line.span)
            try stream.shutDownWriting()
            try stream.startReading()
        } catch {
            timer.close()
            throw error
        }
        timer.start(after: Self.partingTime) { [unowned self] in close() }
    }

    /// May be called twice.
    func close() {
        guard !stream.isClosing else { return }
        timer.close()
        stream.close()
        onEnd(self)
    }

    func streamDidRead(_ bytes: Span<UInt8>) {}
    func streamDidEnd(_ error: UVError?) { close() }
    func streamDidDrain() {}
}
