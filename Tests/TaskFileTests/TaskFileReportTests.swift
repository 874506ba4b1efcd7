import Testing

@testable import TaskFile

struct TaskFileReportTests {
    @Test func everyTypeIsListedWithItsSettings() throws {
        let text = #"""
            [tasks.thumbnail]
            description = "Scale a picture"
            command = ["convert", "-", "a b", "\"", "\u001b", "in-{data}.{id}"]
            result = "base64"
            timeout = "30s"
            max_output = "4MiB"
            expected = "1500ms"
            directory = "/srv/my work"
            environment = { LANG = "C.UTF-8", A = "x y" }

            [tasks.plain]
            command = ["true"]
            data = "base64"
            environment = { EMPTY = "" }
            """#
        let file = try TaskFile(Array(text.utf8))
        #expect(file.report(named: "f", beside: 0).hasPrefix("f: 2 task types, and no built-in ones\n"))
        #expect(
            file.report(named: "tasks.toml", beside: 5) == #"""
                tasks.toml: 2 task types, and 5 built-in ones

                thumbnail: Scale a picture
                  command      convert - "a b" "\"" "\u001B" in-{data}.{id}
                  directory    "/srv/my work"
                  environment  "A=x y" LANG=C.UTF-8
                  data         text, result base64
                  limits       at most 30s, 4MiB of output, 1500ms expected

                plain
                  command      true
                  environment  EMPTY=
                  data         base64, result text
                  limits       no timeout, 1MiB of output

                """#)
    }
}
