// One pass over a plain object: see `csimdjson_read_plain`. Whatever it does not know it leaves to simdjson, so that it need
// not tell what is wrong, and what it takes is a part of what simdjson takes.
#include "names.h"

#include <cstring>

namespace {

class plain_reader {
public:
    plain_reader(const uint8_t *text, size_t length) : at(text), end(text + length) {}

    bool take(char byte) {
        if (at == end || *at != static_cast<uint8_t>(byte)) return false;
        at++;
        return true;
    }

    void skip_spaces() {
        while (at < end && *at == ' ') at++;
    }

    bool is_at_end() const { return at == end; }

    bool take_string(std::string_view &string) {
        if (!take('"')) return false;
        const uint8_t *start = at;
        skip_plain();
        string = {reinterpret_cast<const char *>(start), static_cast<size_t>(at - start)};
        return take('"');
    }

    bool take_value(csimdjson_member &value) {
        if (at == end) return false;
        switch (*at) {
        case '"': {
            std::string_view string;
            if (!take_string(string)) return false;
            value.kind = CSIMDJSON_STRING;
            value.string = reinterpret_cast<const uint8_t *>(string.data());
            value.string_length = string.size();
            value.is_ascii = true;
            return true;
        }
        case 't':
        case 'f':
            value.kind = CSIMDJSON_BOOL;
            value.boolean = *at == 't';
            return take_word(value.boolean ? "true" : "false");
        case 'n': value.kind = CSIMDJSON_NULL; return take_word("null");
        default: value.kind = CSIMDJSON_INTEGER; return take_integer(value.integer);
        }
    }

private:
    const uint8_t *at, *const end;

    // What ends a plain string: a quote, a backslash, a control character, and what is not ASCII.
    static bool is_special(uint8_t byte) { return byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\'; }

    // Up to the next special byte, or the end.
    void skip_plain() {
        for (; end - at >= 8; at += 8) {
            const uint64_t specials = specials_among(at);
            if (specials == 0) continue;
            at += __builtin_ctzll(specials) / 8;
            return;
        }
        while (at < end && !is_special(*at)) at++;
    }

    // The first of eight bytes that is special, as the lowest bit that is set: what stands above that bit says nothing.
    // https://graphics.stanford.edu/~seander/bithacks.html#ValueInWord
    static uint64_t specials_among(const uint8_t *bytes) {
        static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");
        constexpr uint64_t ones = 0x0101010101010101, highs = ones * 0x80;
        uint64_t word;
        std::memcpy(&word, bytes, sizeof word);
        const uint64_t quotes = word ^ (ones * '"'), backslashes = word ^ (ones * '\\');
        return (word | (word - ones * 0x20) | (quotes - ones) | (backslashes - ones)) & highs;
    }

    bool take_word(std::string_view word) {
        if (static_cast<size_t>(end - at) < word.size() || std::memcmp(at, word.data(), word.size()) != 0) return false;
        at += word.size();
        return true;
    }

    bool take_integer(int64_t &integer) {
        const bool is_negative = take('-');
        const uint8_t *start = at;
        integer = 0;
        while (at < end && *at >= '0' && *at <= '9' && at - start < 18) integer = integer * 10 + (*at++ - '0');
        if (at == start || (*start == '0' && at - start > 1)) return false;
        if (is_negative) integer = -integer;
        // Another digit, a fraction or an exponent is none of what may follow.
        return true;
    }
};

} // namespace

bool csimdjson_read_plain(
    const uint8_t *text, size_t length, const csimdjson_names *names, csimdjson_fields *fields) {
    fields->present = fields->repeated = 0;
    plain_reader reader(text, length);
    if (!reader.take('{')) return false;
    do {
        std::string_view name;
        csimdjson_member ignored;
        reader.skip_spaces();
        if (!reader.take_string(name)) return false;
        reader.skip_spaces();
        if (!reader.take(':')) return false;
        reader.skip_spaces();
        csimdjson_member *value = place_for(names, name, fields);
        if (!reader.take_value(value ? *value : ignored)) return false;
        reader.skip_spaces();
    } while (reader.take(','));
    return reader.take('}') && reader.is_at_end();
}
