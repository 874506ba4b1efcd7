import CLibuv
import Synchronization

/// One event loop (`uv_loop_t`). Everything that is made on it belongs to the thread that runs it.
@safe package final class EventLoop {
    let raw: UnsafeMutablePointer<uv_loop_t>

    /// What one read may bring, for all streams of the loop: a read's bytes are used before the next one.
    let readBuffer: UnsafeMutableBufferPointer<UInt8>

    /// Handles that were made and whose memory libuv still has.
    package internal(set) var liveHandles = 0

    /// What pool threads have to do for this loop. It can't be stopped from here.
    var requestsOnPool = 0

    /// Tells the processes that were started on the loop of their ends, while there are some.
    weak var childWatcher: AnyObject?

    private var isClosed = false

    /// Makes a loop (`uv_loop_init`).
    ///
    /// - Parameter readSize: the most bytes that one read brings; at least 1.
    package init(readSize: Int = 65536) throws(UVError) {
        precondition(readSize > 0)
        raw = .allocate(capacity: 1)
        readBuffer = .allocate(capacity: readSize)
        do {
            try check("uv_loop_init", uv_loop_init(raw))
        } catch {
            isClosed = true
            throw error
        }
        uv_loop_set_data(raw, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        precondition(isClosed, "the loop was not closed")
        readBuffer.deallocate()
        raw.deallocate()
    }

    /// Runs until nothing is left to wait for, or until `stop` (`uv_run`).
    package func run() {
        uv_run(raw, UV_RUN_DEFAULT)
    }

    /// Runs until `condition` holds, looking after each round of events; or until nothing is left to wait for.
    package func run(until condition: () -> Bool) {
        while !condition(), uv_run(raw, UV_RUN_ONCE) != 0 {}
    }

    /// Makes `run` return after this round of events (`uv_stop`).
    package func stop() {
        uv_stop(raw)
    }

    /// The time of this round of events, in milliseconds of a clock that never goes back (`uv_now`).
    package var now: UInt64 { uv_now(raw) }

    /// The time as it really is, on the same clock: `now` falls behind while a round is long (`uv_hrtime`).
    package var preciseNow: UInt64 { uv_hrtime() / 1_000_000 }

    /// Lets the last close callbacks run and ends the loop (`uv_loop_close`).
    ///
    /// Every handle must have been closed. Where a pool thread is still at work, which can't be stopped, the loop is
    /// left to the end of the process: see `leaveProcess`.
    package func close() {
        guard !isClosed else { return }
        uv_run(raw, UV_RUN_NOWAIT)
        precondition(liveHandles == 0, "\(liveHandles) handles are still open")
        if requestsOnPool > 0 {
            let address = UInt(bitPattern: Unmanaged.passRetained(self).toOpaque())
            loopsLeftOpen.withLock { $0.append(address) }
            isClosed = true
            return
        }
        let result = uv_loop_close(raw)
        precondition(result == 0, "the loop is still busy")
        isClosed = true
    }

    static func of(_ handle: UnsafeMutablePointer<uv_handle_t>) -> EventLoop {
        Unmanaged<EventLoop>.fromOpaque(uv_loop_get_data(uv_handle_get_loop(handle))).takeUnretainedValue()
    }
}

/// The loops that are left to the end of the process, where leak checkers find them too.
let loopsLeftOpen = Mutex<[UInt]>([])
