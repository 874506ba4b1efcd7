/// Runs `body`. If it throws, calls `cleanUp` and passes the error on.
@discardableResult
package func onFailure<Result, Failure>(
    _ cleanUp: () -> Void, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    do throws(Failure) {
        return try body()
    } catch {
        cleanUp()
        throw error
    }
}
