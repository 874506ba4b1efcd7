#include "csimdjson.h"

#include <simdjson.h>

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

const char *csimdjson_parse(
    csimdjson_parser *parser, const uint8_t *text, size_t length, csimdjson_members *members) {
    if (length == 0) return error_message(EMPTY);
    dom::object object;
    // `true`: simdjson reads past the end of what it parses, so it copies into its own padded buffer.
    error_code error = parser->parser.parse(text, length, true).get_object().get(object);
    if (error) return error_message(error);
    *members = members_of(object);
    return nullptr;
}

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
