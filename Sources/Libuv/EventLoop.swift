import CLibuv
import Synchronization

/// An event loop (`uv_loop_t`). Its handles and callbacks belong to the thread that runs it.
@safe package final class EventLoop {
    let raw: UnsafeMutablePointer<uv_loop_t>

    /// The buffer that all streams of the loop read into. A delegate uses the bytes before the next read.
    let readBuffer: UnsafeMutableBufferPointer<UInt8>

    /// Handles whose memory libuv still uses.
    package internal(set) var liveHandles = 0

    /// Requests of this loop on the thread pool. They cannot be stopped once they run.
    var requestsOnPool = 0

    /// The `ChildWatcher` of this loop, which ProcessTree defines.
    package weak var childWatcher: AnyObject?

    private var isClosed = true

    private var timersEndIteration = false

    /// Creates a loop (`uv_loop_init`).
    ///
    /// - Parameter readSize: the most bytes that one read delivers; at least 1.
    package init(readSize: Int = 65536) throws(UVError) {
        precondition(readSize > 0)
        raw = .allocate(capacity: 1)
        readBuffer = .allocate(capacity: readSize)
        try check("uv_loop_init", uv_loop_init(raw))
        isClosed = false
    }

    deinit {
        precondition(isClosed, "the loop was not closed")
        readBuffer.deallocate()
        raw.deallocate()
    }

    /// Runs until no active handle or request is left, or until `stop` (`uv_run`).
    package func run() {
        uv_run(raw, UV_RUN_DEFAULT)
    }

    /// Runs until `condition` is true, which is checked after each loop iteration, or until no active handle or request
    /// is left. A timer ends the iteration, because libuv may fire it first and then wait for other events.
    package func run(until condition: () -> Bool) {
        timersEndIteration = true
        defer { timersEndIteration = false }
        while !condition(), uv_run(raw, UV_RUN_ONCE) != 0 {}
    }

    /// Must be called after a timer's action.
    func timerDidFire() {
        if timersEndIteration { stop() }
    }

    /// Makes `run` return after the current loop iteration (`uv_stop`).
    package func stop() {
        uv_stop(raw)
    }

    /// The monotonic time at the start of the loop iteration, in milliseconds (`uv_now`).
    package var now: UInt64 { uv_now(raw) }

    /// The current monotonic time in milliseconds, on the clock of `now` (`uv_hrtime`).
    package var preciseNow: UInt64 { uv_hrtime() / 1_000_000 }

    /// Runs pending close callbacks and closes the loop (`uv_loop_close`). Every handle must be closed already.
    ///
    /// If a pool thread still works for the loop, libuv's memory is kept until the process ends: see `exitProcess`.
    package func close() {
        guard !isClosed else { return }
        uv_run(raw, UV_RUN_NOWAIT)
        precondition(liveHandles == 0, "\(liveHandles) handles are still open")
        isClosed = true
        if requestsOnPool > 0 {
            let address = UInt(bitPattern: Unmanaged.passRetained(self).toOpaque())
            unfinishedLoops.withLock { $0.append(address) }
            return
        }
        let result = uv_loop_close(raw)
        precondition(result == 0, "the loop is still busy")
    }
}

/// Closed loops whose memory pool threads still use. Leak checkers find the loops through this list.
let unfinishedLoops = Mutex<[UInt]>([])
