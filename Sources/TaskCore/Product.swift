/// The version of both programs. CHANGELOG.md must have an entry for it.
package let productVersion = "0.7.0"

/// The host of a server unless `--host` sets another one.
package let defaultHost = "localhost"

/// The TCP port of a server unless `--port` sets another one.
package let defaultPort = 4321
