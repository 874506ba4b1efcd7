import TaskCore
package import TaskProtocol

extension TaskClient {
    /// What the server answered to one request.
    package struct Answer: Sendable {
        /// What it says.
        package let reply: Reply
        /// The message itself, without its newline; nil unless the client keeps texts.
        package let text: String?

        package init(reply: Reply, text: String?) {
            self.reply = reply
            self.text = text
        }
    }
}
