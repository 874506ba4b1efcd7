import Libuv
import TaskQueue

/// How a session ends.
extension Session {
    /// How long a client may go on sending after its connection was ended, in milliseconds. Closing
    /// earlier would reset the connection, and with it replies that the client has not read yet.
    private static var lingerTime: UInt64 { 1000 }

    /// Reads no more requests, lets the replies go out, and closes; but for those that wait for a task's end, which are
    /// answered before.
    func end(_ reason: ClosingReason) {
        guard phase == .open else { return }
        if hasWaits, !server.isLeaving { return endLater(reason) }
        server.sendReplies()
        guard phase == .open else { return }
        leave(reason, for: .ending)
        do throws(UVError) {
            try stream.shutDownWriting()
            try proceedToClose()
        } catch {
            close(.failed(error))
        }
    }

    private func endLater(_ reason: ClosingReason) {
        let rare = makeRareState()
        rare.endReason = rare.endReason ?? reason
    }

    /// Once the replies have gone out, waits for the client's end, and takes what it still sends.
    func proceedToClose() throws(UVError) {
        if !stream.isDrained { return stream.stopReading() }
        if inputEnded { return closeWhenTaken() }
        let rare = makeRareState()
        guard rare.linger == nil else { return }
        let timer = try Timer(on: stream.loop)
        rare.linger = timer
        timer.start(after: Self.lingerTime) { [self] in closeWhenTaken() }
        try stream.startReading()
    }

    /// Closes once the client's system has all replies; else this one would hold them, uncounted, for a client that does not
    /// read. Where it takes nothing for too long, the connection is reset.
    private func closeWhenTaken() {
        stream.stopReading()
        lookAtWriting()
        watchWriting()
    }

    /// Looks whether the connection has failed, or is at its end.
    func lookAtWriting() {
        if let error = stream.pendingError {
            close(.failed(error))
        } else if phase == .ending, stream.isDrained, stream.hasAllTaken,
            inputEnded || rare?.linger?.isRunning == false
        {
            close(.clientEnded)
        }
    }

    /// Ends the session because the server stops: at once where nothing can be lost, else as `end` does.
    func stop() {
        server.sendReplies()
        if stream.mayCloseSilently { close(.serverStopped) } else { end(.serverStopped) }
    }

    /// Closes at once, whatever is still to be sent.
    func close(_ reason: ClosingReason) {
        guard phase != .closed else { return }
        if phase == .ending, reason.limit != nil { server.note(reason, of: self) }
        leave(reason, for: .closed)
        rare?.linger?.close()
        rare?.write?.close()
        switch reason {
        case .notReading, .tooMuchHeld: stream.reset()
        default: stream.close()
        }
        server.sessionDidClose(self)
    }

    private func leave(_ reason: ClosingReason, for next: Phase) {
        if phase == .open {
            dropPendingWork()
            server.note(reason, of: self)
        }
        phase = next
    }

    /// Whether a server that stops should wait for it, though not for ever.
    var hasPendingWork: Bool { rare?.resultOwed != nil || hasYielded || hasWaits || hasBacklog }

    /// Lets go of everything that it waits for.
    func dropPendingWork() {
        rare?.idle?.close()
        if let held { server.queue.removeWaiter(held.waiter, for: held.task) }
        waits?.held = nil
        waits?.removeAll { server.queue.removeWaiter(Waiter(id, $0), for: $1) }
        rare?.backlog = nil
    }
}
