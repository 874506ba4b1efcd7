import InputProperties
import Testing

/// The properties that the fuzzer checks, for some hundred inputs.
struct MessagePropertiesTests {
    @Test func theyHoldForTheCorpusAndItsMutations() throws {
        try MessageProperties.checkCorpus(andMutations: 200)
    }
}
