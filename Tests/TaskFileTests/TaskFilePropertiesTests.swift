import InputProperties
import Testing

/// The properties that the fuzzer checks, for some hundred texts.
struct TaskFilePropertiesTests {
    @Test func theyHoldForTheCorpusAndItsMutations() throws {
        try TaskFileProperties.checkCorpus(andMutations: 1000)
    }
}
