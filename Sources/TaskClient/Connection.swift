import Libuv
import TaskCore
import TaskProtocol

/// A TCP connection to a server, cut into messages.
final class Connection {
    private let configuration: ClientConfiguration
    private let stream: TCPStream
    private var framer: LineFramer
    private let reader = MessageReader()
    private let onMessage: (MessageReader, Span<UInt8>) throws(BrokenMessage) -> Void

    /// Why nothing more can be sent; what came in before is still read.
    private var writeError: UVError?

    /// Why no more messages will come.
    private(set) var failure: ClientError?

    /// Connects to the first address of the host that takes the connection.
    ///
    /// - Parameter onMessage: called for each message, on the loop's thread; what it throws ends the connection.
    init(
        _ configuration: ClientConfiguration, on loop: EventLoop, deadline: Deadline,
        onMessage: @escaping (MessageReader, Span<UInt8>) throws(BrokenMessage) -> Void
    ) throws(ClientError) {
        self.configuration = configuration
        self.onMessage = onMessage
        framer = LineFramer(maximumLength: configuration.maximumReply)
        stream = try Connector(configuration: configuration, loop: loop, deadline: deadline).connect()
        stream.delegate = self
    }

    /// Sends whole messages, and reads from then on; a failure is told by `failure`.
    ///
    /// Where the server has closed the connection already, it may have said why: that is read first.
    func send(_ bytes: [UInt8]) {
        guard failure == nil else { return }
        do throws(UVError) {
            if writeError == nil { try stream.write(bytes.span) }
        } catch  where error.meansClosed {
            writeError = error
        } catch {
            return fail(.lost(error))
        }
        do throws(UVError) { try stream.startReading() } catch { fail(.lost(writeError ?? error)) }
    }

    /// May be called twice.
    func close() { stream.close() }

    private func fail(_ error: ClientError) {
        if failure == nil { failure = error }
        stream.stopReading()
    }
}

extension Connection: ByteStreamDelegate {
    func streamDidRead(_ bytes: Span<UInt8>) {
        var position = 0
        while failure == nil, let event = framer.next(in: bytes, at: &position) {
            do throws(BrokenMessage) {
                switch event {
                case .message:
                    try framer.withMessage(in: bytes) { message throws(BrokenMessage) in
                        try onMessage(reader, message)
                    }
                case .broken(let message):
                    throw message
                }
            } catch {
                fail(configuration.foreignAnswer("\(error)"))
            }
        }
    }

    func streamDidEnd(_ error: UVError?) {
        fail((writeError ?? error).map(ClientError.lost) ?? (framer.isInsideMessage ? .cutOff : .closed))
    }

    func streamDidDrain() {}
}

extension UVError {
    /// Of a write: the other side has closed the connection, and reading comes to an end too.
    fileprivate var meansClosed: Bool { code == .brokenPipe || code == .connectionReset }
}

extension ClientConfiguration {
    func foreignAnswer(_ reason: String) -> ClientError {
        .foreignAnswer(host: host, port: port, reason)
    }

    func timedOut(after milliseconds: UInt64, _ stage: ClientError.Stage) -> ClientError {
        .timedOut(host: host, port: port, milliseconds: milliseconds, stage)
    }

    func makeLoop() throws(ClientError) -> EventLoop {
        do throws(UVError) { return try EventLoop(readSize: readSize) } catch { throw .lost(error) }
    }

    func makeDeadline(after milliseconds: UInt64, on loop: EventLoop) throws(ClientError) -> Deadline {
        do throws(UVError) { return try Deadline(after: milliseconds, on: loop) } catch { throw .lost(error) }
    }
}
