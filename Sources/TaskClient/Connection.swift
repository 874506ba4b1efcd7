import Libuv
import TaskCore
import TaskProtocol

/// A connection to a server, split into messages.
final class Connection {
    private enum State {
        case open
        /// A write failed because the server has closed the connection. A refusal that it sent before may still arrive.
        case unwritable(UVError)
        case failed(ClientError)
    }

    /// Called for each message on the loop's thread. An error ends the connection.
    var onMessage: (ReplyReader, Span<UInt8>) throws(ProtocolError) -> Void = { _, _ in }

    private let configuration: ClientConfiguration
    private let stream: SocketStream
    private let reader = ReplyReader()
    private let framer: Framer
    private var state = State.open

    init(_ stream: SocketStream, _ configuration: ClientConfiguration) {
        self.configuration = configuration
        self.stream = stream
        framer = Framer(maximumLength: Limits.longestReply)
        stream.delegate = self
    }

    /// Why no more messages will arrive; nil if they still may.
    var failure: ClientError? { if case .failed(let error) = state { error } else { nil } }

    /// Sends whole messages and starts reading. A failure is reported by `failure`.
    func send(_ bytes: Span<UInt8>) {
        do throws(UVError) {
            switch state {
            case .open: try stream.write(bytes)
            case .unwritable: break
            case .failed: return
            }
        } catch  where error.code == .brokenPipe || error.code == .connectionReset {
            state = .unwritable(error)
        } catch {
            return fail(.lost(error))
        }
        do throws(UVError) { try stream.startReading() } catch { fail(.lost(error)) }
    }

    /// May be called twice.
    func close() { stream.close() }

    /// Keeps the first failure. After a failed write, the end of reading is no failure of its own.
    private func fail(_ error: ClientError) {
        switch state {
        case .open: state = .failed(error)
        case .unwritable(let writeError):
            state = .failed(error.mayBeRetried ? .lost(writeError) : error)
        case .failed: break
        }
        stream.stopReading()
    }
}

extension Connection: StreamDelegate {
    func streamDidRead(_ bytes: Span<UInt8>) {
        var position = 0
        do throws(ProtocolError) {
            while failure == nil {
                switch try framer.nextMessage(in: bytes, at: &position) {
                case nil: return
                case .inRead(let range): try onMessage(reader, bytes.extracting(range))
                case .inSeveralReads(let message): try onMessage(reader, message.span)
                }
            }
        } catch {
            fail(configuration.foreignAnswer("\(error)"))
        }
    }

    func streamDidEnd(_ error: UVError?) {
        fail(error.map(ClientError.lost) ?? (framer.isInsideMessage ? .cutOff : .closed))
    }

    func streamDidDrain() {}
}
