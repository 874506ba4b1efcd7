package import Libuv
import TaskCore

/// Joins the standard streams of a program with a server: bytes both ways, and the end of each direction.
///
/// It holds at most one read of each direction: the next is made when the last was passed on. Standard streams are read and
/// written on pool threads, so they may be of any kind, and stay blocking for the programs that share them. The pool needs
/// `threads` threads.
package final class Proxy {
    /// One waits for input, one for the end of the output's reader, and one writes. Each may take for ever.
    package static let threads = 3

    /// Why the connection ended.
    package enum End: Equatable, Sendable {
        /// The server closed it, and everything that it sent was written.
        case closed
        /// The program that reads the output and writes the input is gone.
        case noReader
        case unreadableInput(UVError)
    }

    package struct Streams: Sendable {
        /// Waits for input and returns at most that many bytes; none at the end.
        let read: @Sendable (Int) -> Result<[UInt8], UVError>
        /// Writes all bytes.
        let write: @Sendable ([UInt8]) -> Result<Void, UVError>
        /// Returns when the output has no reader any more; never if that cannot be known.
        let waitForHangUp: @Sendable () -> Void

        package init(
            read: @escaping @Sendable (Int) -> Result<[UInt8], UVError>,
            write: @escaping @Sendable ([UInt8]) -> Result<Void, UVError>,
            waitForHangUp: @escaping @Sendable () -> Void
        ) {
            self.read = read
            self.write = write
            self.waitForHangUp = waitForHangUp
        }
    }

    let connector: Connector
    private let link: Link
    private let streams: Streams
    private let readSize: Int
    /// The server takes no more input: the rest is not read.
    private var isUnwritable = false
    private(set) var isWaitingForDrain = false
    private var isWritingOutput = false
    private var end: Result<End, ClientError>?

    private var stream: SocketStream { link.stream }

    /// Connects.
    package init(_ configuration: ClientConfiguration, _ streams: Streams) throws(ClientError) {
        let connector = try Connector(configuration)
        link = try onFailure(connector.close) { () throws(ClientError) in
            try connector.connect(until: connector.firstEnd)
        }
        connector.deadline.set(nil)
        self.connector = connector
        self.streams = streams
        readSize = configuration.readSize
    }

    /// Must be called once.
    package func close() {
        // The server must not keep the waits of a client that is gone. The end of the input does not tell it.
        if case .success(.noReader) = end, case .stream(let stream) = link { stream.reset() } else { link.close() }
        connector.close()
    }

    /// Passes bytes until the server's side ends. Must be called once.
    package func run() throws(ClientError) -> End {
        stream.delegate = self
        Work.queue(on: connector.loop, streams.waitForHangUp) { [weak self] in self?.finish(.success(.noReader)) }
        readInput()
        readStream()
        connector.loop.run { end != nil }
        guard let end else { preconditionFailure("the loop has nothing to wait for") }
        return try end.get()
    }

    private func finish(_ end: Result<End, ClientError>) { self.end = self.end ?? end }

    // MARK: From the input to the server

    private func readInput() {
        guard !isUnwritable, end == nil else { return }
        let (read, count) = (streams.read, readSize)
        Work.queue(on: connector.loop) {
            read(count)
        } completion: { [weak self] in
            self?.take($0)
        }
    }

    private func take(_ input: Result<[UInt8], UVError>) {
        switch input {
        // A socket whose other end was closed with output unread.
        case .failure(let error) where error.code == .connectionReset: finish(.success(.noReader))
        case .failure(let error): finish(.success(.unreadableInput(error)))
        case .success([]): writeStream { [stream] () throws(UVError) in try stream.shutDownWriting() }
        case .success(let bytes):
            writeStream { [stream] () throws(UVError) in try stream.write(bytes.span) }
            isWaitingForDrain = !stream.isDrained
            if !isWaitingForDrain { readInput() }
        }
    }

    private func writeStream(_ write: () throws(UVError) -> Void) {
        // What the server sent before it closed, such as a refusal, is still passed on.
        do throws(UVError) { try write() } catch { isUnwritable = true }
    }

    // MARK: From the server to the output

    private func readStream() {
        do throws(UVError) { try stream.startReading() } catch { finish(.failure(.lost(error))) }
    }

    private func write(_ bytes: [UInt8]) {
        isWritingOutput = true
        stream.stopReading()
        let write = streams.write
        Work.queue(on: connector.loop) {
            write(bytes)
        } completion: { [weak self] result in
            guard let self else { return }
            isWritingOutput = false
            switch result {
            case .success: readStream()
            case .failure: finish(.success(.noReader))
            }
        }
    }
}

extension Proxy: StreamDelegate {
    package func streamDidRead(_ bytes: Span<UInt8>) {
        var copy: [UInt8] = []
        copy.append(copying: bytes)
        write(copy)
    }

    package func streamDidEnd(_ error: UVError?) {
        // A read error has stopped the reading. If reading goes on, or the output is being written, a write failed, which ends
        // the input only.
        if error != nil, isWritingOutput || stream.isReading {
            isUnwritable = true
            return
        }
        finish(error.map { .failure(.lost($0)) } ?? .success(.closed))
    }

    package func streamDidDrain() {
        guard isWaitingForDrain else { return }
        isWaitingForDrain = false
        readInput()
    }
}
