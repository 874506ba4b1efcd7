import Testing

@testable import Libuv

struct UVErrorTests {
    @Test func onlyANegativeResultIsThrownWithItsCall() throws {
        #expect(try check("uv_call", 0) == 0)
        #expect(try check("uv_call", 7) == 7)
        let error = #expect(throws: UVError.self) { try check("uv_listen", UVError.Code.addressInUse.rawValue) }
        #expect(error == UVError(code: .addressInUse, call: "uv_listen"))
        #expect(error?.description == "address already in use (EADDRINUSE, uv_listen)")
    }
}
