/// The version of both programs, as CHANGELOG.md has it.
package let productVersion = "0.5.0"
