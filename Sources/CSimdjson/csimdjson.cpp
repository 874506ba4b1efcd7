#include "names.h"

#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <new>
#include <type_traits>

using namespace simdjson;

struct csimdjson_parser {
    dom::parser parser;
};

// Elements and iterators cross the C door by value, as the two words that they are.
template <typename T> static csimdjson_place place_of(const T &value) {
    static_assert(sizeof(T) == sizeof(csimdjson_place) && std::is_trivially_copyable<T>::value, "two words");
    csimdjson_place place;
    std::memcpy(&place, &value, sizeof place);
    return place;
}

template <typename Iterator> static Iterator iterator_at(const csimdjson_place &place) {
    Iterator iterator;
    std::memcpy(&iterator, &place, sizeof place);
    return iterator;
}

template <typename Container> static csimdjson_members members_of(const Container &container) {
    return {place_of(container.begin()), place_of(container.end())};
}

csimdjson_parser *csimdjson_parser_create(void) { return new (std::nothrow) csimdjson_parser; }

void csimdjson_parser_free(csimdjson_parser *parser) { delete parser; }

int csimdjson_parse(
    csimdjson_parser *parser, const uint8_t *text, size_t length, csimdjson_members *members) {
    if (length == 0) return EMPTY;
    dom::object object;
    // `true`: simdjson reads past the end of what it parses, so it copies into its own padded buffer.
    error_code error = parser->parser.parse(text, length, true).get_object().get(object);
    if (error) return error;
    *members = members_of(object);
    return SUCCESS;
}

const char *csimdjson_message(int error) { return error_message(static_cast<error_code>(error)); }

static void fill(csimdjson_member *member, const dom::element &value) {
    switch (value.type()) {
    case dom::element_type::NULL_VALUE: member->kind = CSIMDJSON_NULL; break;
    case dom::element_type::BOOL:
        member->kind = CSIMDJSON_BOOL;
        member->boolean = value.get_bool().value_unsafe();
        break;
    case dom::element_type::INT64:
        member->kind = CSIMDJSON_INTEGER;
        member->integer = value.get_int64().value_unsafe();
        break;
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE: member->kind = CSIMDJSON_DOUBLE; break;
    case dom::element_type::STRING: {
        std::string_view string = value.get_string().value_unsafe();
        member->kind = CSIMDJSON_STRING;
        member->string = reinterpret_cast<const uint8_t *>(string.data());
        member->string_length = string.size();
        member->is_ascii = false;
        break;
    }
    case dom::element_type::ARRAY:
        member->kind = CSIMDJSON_ARRAY;
        member->elements = members_of(value.get_array().value_unsafe());
        break;
    case dom::element_type::OBJECT:
        member->kind = CSIMDJSON_OBJECT;
        member->members = members_of(value.get_object().value_unsafe());
        break;
    }
}

bool csimdjson_next(csimdjson_members *members, csimdjson_member *member) {
    auto position = iterator_at<dom::object::iterator>(members->next);
    if (!(position != iterator_at<dom::object::iterator>(members->end))) return false;

    std::string_view name = position.key();
    member->name = reinterpret_cast<const uint8_t *>(name.data());
    member->name_length = name.size();
    fill(member, position.value());
    ++position;
    members->next = place_of(position);
    return true;
}

// The eight digits of a number below 10^8, the first in the lowest byte: all halves are halved at once, where a loop would wait
// for a division at each two digits.
static uint64_t eight_digits(uint64_t number) {
    const uint64_t fours = number / 10000 | number % 10000 << 32;
    const uint64_t hundreds = fours * 10486 >> 20 & 0x0000007F0000007F;
    const uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
    const uint64_t tens = twos * 103 >> 10 & 0x000F000F000F000F;
    return (tens | (twos - tens * 10) << 8) + 0x3030303030303030;
}

uint8_t *csimdjson_put_integer(uint8_t *to, int64_t number) {
    constexpr int64_t half = 100000000;
    if (number >= 0 && number < half * half) {
        static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first digit is the lowest byte");
        const uint64_t digits[] = {
            eight_digits(static_cast<uint64_t>(number / half)), eight_digits(static_cast<uint64_t>(number % half))};
        // Without the zeros in front, but for the last digit.
        const uint64_t first = digits[0] - 0x3030303030303030, last = digits[1] - 0x3030303030303030;
        const int zeros = first ? __builtin_ctzll(first) / 8 : 8 + __builtin_ctzll(last | UINT64_C(1) << 56) / 8;
        csimdjson_copy(to, reinterpret_cast<const uint8_t *>(digits) + zeros, static_cast<size_t>(16 - zeros));
        return to + 16 - zeros;
    }
    char *start = reinterpret_cast<char *>(to);
    return reinterpret_cast<uint8_t *>(std::to_chars(start, start + 20, number).ptr);
}

void csimdjson_no_names(csimdjson_names *names) {
    std::memset(names->first, -1, sizeof names->first);
}

void csimdjson_add_name(csimdjson_names *names, int number, const uint8_t *name, size_t length) {
    names->names[number] = name;
    names->next[number] = names->first[length];
    names->first[length] = static_cast<int8_t>(number);
}

void csimdjson_collect(const csimdjson_members *members, const csimdjson_names *names, csimdjson_fields *fields) {
    fields->present = fields->repeated = 0;
    const auto end = iterator_at<dom::object::iterator>(members->end);
    for (auto position = iterator_at<dom::object::iterator>(members->next); position != end; ++position) {
        if (csimdjson_member *value = place_for(names, position.key(), fields)) fill(value, position.value());
    }
}

bool csimdjson_next_element(csimdjson_members *elements, csimdjson_member *element) {
    auto position = iterator_at<dom::array::iterator>(elements->next);
    if (!(position != iterator_at<dom::array::iterator>(elements->end))) return false;

    element->name = reinterpret_cast<const uint8_t *>("");
    element->name_length = 0;
    fill(element, *position);
    ++position;
    elements->next = place_of(position);
    return true;
}
