import Libuv

/// Ends a session whose client has taken nothing of its replies for too long. There is one only while replies wait.
final class WriteWatch {
    private let timer: Timer
    private let stream: TCPStream
    private let timeout: UInt64
    private let onStall: () -> Void
    private var untaken: Int
    private var lastProgress: UInt64

    /// - Parameters:
    ///   - timeout: in milliseconds; noticed up to a quarter later.
    ///   - onStall: called once.
    init(_ stream: TCPStream, timeout: UInt64, onStall: @escaping () -> Void) throws(UVError) {
        timer = try Timer(on: stream.loop)
        self.stream = stream
        self.timeout = timeout
        self.onStall = onStall
        untaken = stream.untakenBytes
        // The time as it really is: the loop's may be behind by the whole time-out, where it took long to write what waits.
        lastProgress = stream.loop.preciseNow
        watch()
    }

    func close() { timer.close() }

    private func watch() {
        timer.start(after: max(1, timeout / 4)) { [self] in
            let untaken = stream.untakenBytes
            let now = stream.loop.preciseNow
            if untaken < self.untaken { lastProgress = now }
            self.untaken = untaken
            if now - lastProgress >= timeout { onStall() } else { watch() }
        }
    }
}

extension Session {
    /// Begins to watch whether the client takes its replies, or ends that, as they wait or not.
    func watchWriting() {
        guard phase != .closed, !stream.isDrained else {
            writeWatch?.close()
            writeWatch = nil
            return
        }
        guard writeWatch == nil else { return }
        do throws(UVError) {
            writeWatch = try WriteWatch(stream, timeout: server.configuration.writeTimeout) { [unowned self] in
                close(.notReading)
            }
        } catch {
            close(.failed(error))
        }
    }
}
