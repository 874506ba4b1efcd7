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
        let six = try #require(resolve("::1").get().first)
        #expect(six.description == "[::1]:4321")
        #expect(six.isLoopback && six.isIPv6)
        #expect(try resolve("::ffff:127.0.0.1").get().first?.isLoopback == true)
        #expect(try resolve("0.0.0.0").get().first?.isLoopback == false)
    }

    @Test func eachAddressOfANameIsReportedOnce() throws {
        let addresses = try resolve("localhost").get()
        #expect(!addresses.isEmpty)
        #expect(Set(addresses).count == addresses.count)
        #expect(addresses.allSatisfy { $0.isLoopback && $0.port == 4321 })
    }

    @Test func thePortCanBeReplaced() throws {
        let address = try #require(resolve("::1").get().first).with(port: 65535)
        #expect(address.description == "[::1]:65535")
        #expect(address.port == 65535)
    }

    @Test(arguments: ["no-such-host.invalid", "1.2.3.4.5"]) func anUnknownNameIsAnError(host: String) throws {
        #expect(throws: UVError.self) { try resolve(host).get() }
    }

    @Test(arguments: ["", "a\0b"]) func anInvalidNameIsRefusedAtOnce(host: String) throws {
        #expect(throws: UVError(code: .invalidArgument, call: "uv_getaddrinfo")) { try resolve(host) }
    }

    @Test func aLoopCanBeClosedDuringAResolution() throws {
        let loop = try EventLoop()
        try loop.resolve(host: "no-such-host.invalid", port: 1) { _ in Issue.record("called after the loop was closed")
        }
        loop.close()
    }
}
