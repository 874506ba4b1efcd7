import Libuv

/// Watches whether a client takes its replies, and ends its session where it has taken nothing for too long. There is one only
/// while replies wait, or where a session closes when all have been taken.
final class WriteWatch {
    /// How soon it looks for the first time, in milliseconds; then it takes twice as long each time, up to a quarter of the
    /// time-out.
    private static let firstLook: UInt64 = 10

    private let timer: Timer
    private let stream: TCPStream
    private let timeout: UInt64
    private let onLook: () -> Void
    private let onStall: () -> Void
    private var untaken: Int
    private var lastProgress: UInt64

    /// - Parameters:
    ///   - timeout: in milliseconds; noticed up to a quarter later.
    ///   - onLook: called whenever it looks; it may close this.
    ///   - onStall: called once.
    init(
        _ stream: TCPStream, timeout: UInt64, onLook: @escaping () -> Void, onStall: @escaping () -> Void
    ) throws(UVError) {
        timer = try Timer(on: stream.loop)
        self.stream = stream
        self.timeout = timeout
        self.onLook = onLook
        self.onStall = onStall
        untaken = stream.untakenBytes
        // The time as it really is: the loop's may be behind by the whole time-out, where it took long to write what waits.
        lastProgress = stream.loop.preciseNow
        watch(after: Self.firstLook)
    }

    func close() { timer.close() }

    private func watch(after delay: UInt64) {
        timer.start(after: max(1, min(delay, timeout / 4))) { [self] in
            onLook()
            guard !stream.isClosing else { return }
            let untaken = stream.untakenBytes
            let now = stream.loop.preciseNow
            if untaken < self.untaken { lastProgress = now }
            self.untaken = untaken
            if now - lastProgress >= timeout, untaken > 0 { onStall() } else { watch(after: min(delay * 2, timeout)) }
        }
    }
}

extension Session {
    /// Begins to watch whether the client takes its replies, or ends that, as they wait or not. One that ends is watched until
    /// it is closed: that all is taken may come true between two looks.
    func watchWriting() {
        guard phase == .open ? !stream.isDrained : phase == .ending else {
            rare?.write?.close()
            rare?.write = nil
            return
        }
        let rare = makeRareState()
        guard rare.write == nil else { return }
        do throws(UVError) {
            rare.write = try WriteWatch(stream, timeout: server.configuration.writeTimeout) { [unowned self] in
                lookAtWriting()
            } onStall: { [unowned self] in
                close(.notReading)
            }
        } catch {
            close(.failed(error))
        }
    }
}
