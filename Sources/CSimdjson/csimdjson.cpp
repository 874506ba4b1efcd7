#include "csimdjson.h"

#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <new>
#include <type_traits>

using namespace simdjson;

struct csimdjson_parser {
    dom::parser parser;
    csimdjson_object root;
};

// simdjson's elements and iterators consist of the two words of a csimdjson_element and cross the C interface by value.
template <typename Position> static csimdjson_element element_of(const Position &position) {
    static_assert(sizeof(Position) == sizeof(csimdjson_element) && std::is_trivially_copyable<Position>::value);
    csimdjson_element element;
    std::memcpy(&element, &position, sizeof element);
    return element;
}

template <typename Position> static Position position_of(const csimdjson_element &element) {
    static_assert(sizeof(Position) == sizeof(csimdjson_element) && std::is_trivially_copyable<Position>::value);
    Position position;
    std::memcpy(&position, &element, sizeof position);
    return position;
}

template <typename Value> static bool get(csimdjson_element element, Value &value) {
    return position_of<dom::element>(element).get(value) == SUCCESS;
}

template <typename Container> static csimdjson_sequence sequence_of(const Container &container) {
    return {element_of(container.begin()), element_of(container.end())};
}

static unsigned hash_of(const char *name, size_t length) {
    // With this factor, no two members of a request have the same hash.
    return length == 0 ? 0 : (length * 13 + static_cast<unsigned char>(name[0])) % 64;
}

static bool has_name(const dom::object::iterator &member, const char *name, size_t length) {
    return member.key_length() == length && std::memcmp(member.key_c_str(), name, length) == 0;
}

// MARK: Parsing

csimdjson_parser *csimdjson_parser_create(void) { return new (std::nothrow) csimdjson_parser; }

void csimdjson_parser_free(csimdjson_parser *parser) { delete parser; }

int csimdjson_parse(csimdjson_parser *parser, const uint8_t *text, size_t length, const csimdjson_object **object) {
    if (length == 0) return EMPTY;
    // simdjson reads beyond the end of its input: with `true` it copies the text into a padded buffer of its own.
    dom::element root;
    const error_code error = parser->parser.parse(text, length, true).get(root);
    if (error) return error;
    if (!csimdjson_get_object(element_of(root), &parser->root)) return INCORRECT_TYPE;
    *object = &parser->root;
    return SUCCESS;
}

const char *csimdjson_message(int error) { return error_message(static_cast<error_code>(error)); }

// MARK: Values

bool csimdjson_is_null(csimdjson_element element) { return position_of<dom::element>(element).is_null(); }

bool csimdjson_get_boolean(csimdjson_element element, bool *value) { return get(element, *value); }

bool csimdjson_get_integer(csimdjson_element element, int64_t *value) { return get(element, *value); }

csimdjson_string csimdjson_get_string(csimdjson_element element) {
    std::string_view text;
    get(element, text);  // Else it stays NULL.
    return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

bool csimdjson_get_object(csimdjson_element element, csimdjson_object *object) {
    dom::object members;
    if (!get(element, members)) return false;
    object->element = element;
    object->count = object->hashes = object->shared_hashes = 0;
    for (auto position = members.begin(), end = members.end(); position != end; ++position) {
        const unsigned hash = hash_of(position.key_c_str(), position.key_length());
        const uint64_t bit = uint64_t{1} << hash;
        object->shared_hashes |= object->hashes & bit;
        object->hashes |= bit;
        object->positions[hash] = element_of(position).index;
        object->count++;
    }
    return true;
}

bool csimdjson_get_elements(csimdjson_element element, csimdjson_sequence *elements) {
    dom::array array;
    if (!get(element, array)) return false;
    *elements = sequence_of(array);
    return true;
}

// MARK: Members and elements

// Not inlined, because it would make every look-up save registers.
[[gnu::noinline]] static csimdjson_element search(const csimdjson_object *object, const char *name, size_t length) {
    csimdjson_element found = {nullptr, 0};
    const dom::object members(position_of<dom::element>(object->element).get_object().value_unsafe());
    for (auto member = members.begin(), end = members.end(); member != end; ++member) {
        if (!has_name(member, name, length)) continue;
        if (found.document) return {nullptr, 2};
        found = element_of(member.value());
    }
    return found;
}

csimdjson_element csimdjson_find(const csimdjson_object *object, const uint8_t *name, size_t length) {
    const char *text = reinterpret_cast<const char *>(name);
    const unsigned hash = hash_of(text, length);
    if (!(object->hashes >> hash & 1)) return {nullptr, 0};
    if (object->shared_hashes >> hash & 1) return search(object, text, length);
    const auto member = position_of<dom::object::iterator>({object->element.document, object->positions[hash]});
    return has_name(member, text, length) ? element_of(member.value()) : csimdjson_element{nullptr, 0};
}

csimdjson_sequence csimdjson_members(const csimdjson_object *object) {
    return sequence_of(position_of<dom::element>(object->element).get_object().value_unsafe());
}

bool csimdjson_next(csimdjson_sequence *rest, csimdjson_element *value) {
    // On simdjson's tape, the names and values of an object stand as the elements of an array do.
    auto position = position_of<dom::array::iterator>(rest->next);
    if (!(position != position_of<dom::array::iterator>(rest->end))) return false;
    *value = element_of(*position);
    rest->next = element_of(++position);
    return true;
}

// MARK: Writing

size_t csimdjson_write_integer(int64_t value, uint8_t *text) {
    char *start = reinterpret_cast<char *>(text);
    return std::to_chars(start, start + CSIMDJSON_MAX_DIGITS, value).ptr - start;
}
