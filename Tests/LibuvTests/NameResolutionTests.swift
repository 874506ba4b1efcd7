import Testing

@testable import Libuv

struct NameResolutionTests {
    private func resolve(_ host: String) throws -> Result<[SocketAddress], UVError> {
        let loop = try EventLoop()
        defer { loop.close() }
        var found: Result<[SocketAddress], UVError>?
        try loop.resolve(host: host, port: 4321) { found = $0 }
        loop.run()
        return try #require(found)
    }

    @Test func anAddressResolvesToItself() throws {
        let four = try #require(resolve("127.0.0.1").get().first)
        #expect(four.description == "127.0.0.1:4321")
        #expect(four.isLoopback && !four.isIPv6)
        #expect(four.with(port: 65535).description == "127.0.0.1:65535")
        let six = try #require(resolve("::1").get().first)
        #expect(six.description == "[::1]:4321")
        #expect(six.isLoopback && six.isIPv6)
        #expect(try resolve("::ffff:127.0.0.1").get().first?.isLoopback == true)
        #expect(try resolve("0.0.0.0").get().first?.isLoopback == false)
    }

    /// A system without IPv6 refuses the socket, or has no loopback address.
    @Test(arguments: [
        (UVError.Code.familyNotSupported, "::1", true), (.familyNotSupported, "127.0.0.1", true),
        (.addressNotAvailable, "::1", true), (.addressNotAvailable, "127.0.0.1", false),
        (.connectionRefused, "::1", false),
    ]) func anErrorMayMeanThatTheFamilyIsMissing(code: UVError.Code, host: String, isMissing: Bool) throws {
        let address = try #require(resolve(host).get().first)
        #expect(UVError(code: code, call: "connect").meansMissingFamily(for: address) == isMissing)
    }

    @Test func eachAddressOfANameIsReportedOnce() throws {
        let addresses = try resolve("localhost").get()
        #expect(!addresses.isEmpty)
        #expect(Set(addresses).count == addresses.count)
        #expect(addresses.allSatisfy { $0.isLoopback && $0.port == 4321 })
    }

    @Test(arguments: ["no-such-host.invalid", "1.2.3.4.5", "", "a\0b"])
    func anUnknownOrInvalidNameIsAnError(host: String) {
        #expect(throws: UVError.self) { try resolve(host).get() }
    }

    @Test func aLoopCanBeClosedDuringAResolution() throws {
        let loop = try EventLoop()
        var isClosed = false
        try loop.resolve(host: "no-such-host.invalid", port: 1) { _ in
            #expect(!isClosed, "called after the loop was closed")
        }
        loop.close()
        isClosed = true
    }
}
