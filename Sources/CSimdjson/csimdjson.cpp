#include "csimdjson.h"

#include <simdjson.h>

#include <cstring>
#include <new>
#include <type_traits>
#include <vector>

using namespace simdjson;

struct csimdjson_parser {
    dom::parser parser;
    std::vector<csimdjson_member> members;
};

// simdjson's iterators consist of the two words of a csimdjson_position and cross the C interface by value.
template <typename Iterator> static csimdjson_position position_of(const Iterator &iterator) {
    static_assert(
        sizeof(Iterator) == sizeof(csimdjson_position) && std::is_trivially_copyable<Iterator>::value, "two words");
    csimdjson_position position;
    std::memcpy(&position, &iterator, sizeof position);
    return position;
}

template <typename Iterator> static Iterator iterator_at(const csimdjson_position &position) {
    Iterator iterator;
    std::memcpy(&iterator, &position, sizeof position);
    return iterator;
}

template <typename Container> static csimdjson_sequence sequence_of(const Container &container) {
    return {position_of(container.begin()), position_of(container.end())};
}

static csimdjson_string string_of(std::string_view text) {
    return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

static void get_value(const dom::element &element, csimdjson_value &value) {
    switch (element.type()) {
    case dom::element_type::NULL_VALUE: value.kind = CSIMDJSON_NULL; break;
    case dom::element_type::BOOL:
        value.kind = CSIMDJSON_BOOL;
        value.boolean = element.get_bool().value_unsafe();
        break;
    case dom::element_type::INT64:
        value.kind = CSIMDJSON_INTEGER;
        value.integer = element.get_int64().value_unsafe();
        break;
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE: value.kind = CSIMDJSON_DOUBLE; break;
    case dom::element_type::STRING:
        value.kind = CSIMDJSON_STRING;
        value.string = string_of(element.get_string().value_unsafe());
        break;
    case dom::element_type::ARRAY:
        value.kind = CSIMDJSON_ARRAY;
        value.sequence = sequence_of(element.get_array().value_unsafe());
        break;
    case dom::element_type::OBJECT:
        value.kind = CSIMDJSON_OBJECT;
        value.sequence = sequence_of(element.get_object().value_unsafe());
        break;
    }
}

csimdjson_parser *csimdjson_parser_create(void) { return new (std::nothrow) csimdjson_parser; }

void csimdjson_parser_free(csimdjson_parser *parser) { delete parser; }

int csimdjson_parse(
    csimdjson_parser *parser, const uint8_t *text, size_t length, const csimdjson_member **members, size_t *count) {
    if (length == 0) return EMPTY;
    dom::object object;
    // simdjson reads beyond the end of its input: with `true` it copies the text into a padded buffer of its own.
    const error_code error = parser->parser.parse(text, length, true).get_object().get(object);
    if (error) return error;
    parser->members.clear();
    for (auto position = object.begin(), end = object.end(); position != end; ++position) {
        csimdjson_member &member = parser->members.emplace_back();
        member.name = string_of(position.key());
        get_value(position.value(), member.value);
    }
    *members = parser->members.data();
    *count = parser->members.size();
    return SUCCESS;
}

const csimdjson_value *csimdjson_find(
    const csimdjson_member *members, size_t count, const uint8_t *name, size_t length, bool *repeated) {
    const csimdjson_value *found = nullptr;
    *repeated = false;
    for (const csimdjson_member *member = members; member != members + count; ++member) {
        if (!csimdjson_equals(member->name, name, length)) continue;
        if (found) *repeated = true;
        else found = &member->value;
    }
    return found;
}

const char *csimdjson_message(int error) { return error_message(static_cast<error_code>(error)); }

bool csimdjson_next_member(csimdjson_sequence *object, csimdjson_member *member) {
    auto position = iterator_at<dom::object::iterator>(object->next);
    if (!(position != iterator_at<dom::object::iterator>(object->end))) return false;
    member->name = string_of(position.key());
    get_value(position.value(), member->value);
    ++position;
    object->next = position_of(position);
    return true;
}

bool csimdjson_next_element(csimdjson_sequence *array, csimdjson_value *value) {
    auto element = iterator_at<dom::array::iterator>(array->next);
    if (!(element != iterator_at<dom::array::iterator>(array->end))) return false;
    get_value(*element, *value);
    ++element;
    array->next = position_of(element);
    return true;
}
