package import Libuv

/// Where a command's signals come from: the process, or somebody who makes them by hand.
package struct SignalSource {
    let isIgnored: (Signal) -> Bool
    let watch: (Signal, EventLoop, @escaping () -> Void) throws(UVError) -> Handle

    /// - Parameters:
    ///   - isIgnored: whether a signal is to do nothing, as whoever started the process wants it.
    ///   - watch: calls back at each arrival of a signal, on the loop's thread while the loop runs, until the handle is
    ///     closed that it returns.
    package init(
        isIgnored: @escaping (Signal) -> Bool,
        watch: @escaping (Signal, EventLoop, @escaping () -> Void) throws(UVError) -> Handle
    ) {
        self.isIgnored = isIgnored
        self.watch = watch
    }

    /// The signals that this process gets.
    package static var ofProcess: SignalSource {
        SignalSource(isIgnored: \.isIgnored) { signal, loop, onSignal throws(UVError) in
            try SignalWatcher(signal, on: loop, onSignal)
        }
    }
}
