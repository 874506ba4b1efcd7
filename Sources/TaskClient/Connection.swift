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
    private let link: Link
    private let reader = ReplyReader()
    private let framer: Framer
    private var state = State.open
    private var hasReceived = false
    /// How ssh's output ended. The failure is known when ssh has ended.
    private var outputEnd: ClientError?

    private var stream: SocketStream { link.stream }
    private var program: JoinedProgram? { link.program }

    init(_ link: Link, _ configuration: ClientConfiguration) {
        self.configuration = configuration
        self.link = link
        framer = Framer(maximumLength: Limits.longestReply)
        stream.delegate = self
        guard let program else { return }
        program.onEnd = { [unowned self] in programDidEnd() }
        // It may have ended already.
        if program.end != nil { programDidEnd() }
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
    func close() { link.close() }

    /// Keeps the first failure. After a failed write, the end of reading is no failure of its own.
    private func fail(_ error: ClientError) {
        switch (state, error) {
        case (.failed, _): break
        case (.unwritable(let writeError), .lost), (.unwritable(let writeError), .cutOff),
            (.unwritable(let writeError), .closed):
            state = .failed(.lost(writeError))
        default: state = .failed(error)
        }
        stream.stopReading()
    }

    /// The end of ssh, or of its output if it does not end itself.
    private func programDidEnd() {
        // What it wrote before comes first. Another process may keep the stream open.
        guard let program, outputEnd != nil || !stream.hasUnreadInput else { return }
        guard case .ssh(let host, _) = configuration.server, let end = program.end, end != .exited(status: 0) else {
            return fail(outputEnd ?? .closed)
        }
        fail(hasReceived ? .sshLost(host: host, end) : .sshFailed(host: host, end))
    }
}

extension Connection: StreamDelegate {
    func streamDidRead(_ bytes: Span<UInt8>) {
        hasReceived = true
        deliver(bytes)
        if program?.end != nil { programDidEnd() }
    }

    private func deliver(_ bytes: Span<UInt8>) {
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
        let end = error.map(ClientError.lost) ?? (framer.isInsideMessage ? .cutOff : .closed)
        guard let program else { return fail(end) }
        outputEnd = outputEnd ?? end
        if program.end == nil { program.expectEnd() } else { programDidEnd() }
    }

    func streamDidDrain() {}
}
