/// The version of both programs. CHANGELOG.md must have an entry for it.
package let productVersion = "0.6.0"

/// The TCP port of a server unless `--port` sets another one.
package let defaultPort = 4321
