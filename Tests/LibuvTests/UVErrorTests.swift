import Testing

@testable import Libuv

struct UVErrorTests {
    @Test func aNonnegativeResultIsReturned() throws {
        #expect(try check("uv_call", 0) == 0)
        #expect(try check("uv_call", 7) == 7)
    }

    @Test func aNegativeResultIsThrownWithItsCall() {
        let error = #expect(throws: UVError.self) {
            try check("uv_listen", UVError.Code.addressInUse.rawValue)
        }
        #expect(error == UVError(code: .addressInUse, call: "uv_listen"))
        #expect(error?.name == "EADDRINUSE")
        #expect(error?.description == "address already in use (EADDRINUSE, uv_listen)")
    }

    @Test func anUnknownCodeHasAMessage() {
        let error = UVError(code: UVError.Code(rawValue: -99999), call: "x")
        #expect(error.message.contains("-99999"))
    }
}
