import TaskCore

/// Who is at the other end of a connection.
struct Peer {
    /// The user, as the system reports it; nil if it does not.
    let user: UserID?
}
