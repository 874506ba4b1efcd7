#include "ctomlplusplus.h"

// Whatever its pkg-config file says: compiled in, so that no library has to be there where the programs run.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
// Reading and freeing go down into values by calling themselves.
#define TOML_MAX_NESTED_VALUES 16
// Its checks of itself fail for some texts that are no TOML (`[[[a]]]`, see marzer/tomlplusplus#301): the code behind them tells
// the mistake, if it is neither stopped here nor, in release builds, compiled as though that could not be.
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

static_assert(TOML_MAX_NESTED_VALUES == CTOMLPLUSPLUS_MAX_NESTED_VALUES, "what the header tells");

struct ctomlplusplus_document {
    toml::table table;
    bool is_refused = false;
    std::string error;
    uint32_t error_line = 0;
    std::vector<ctomlplusplus_node> nodes;

    void add(const toml::node &value, const toml::key *key);
    void add_members(const toml::table &table);
};

static const uint8_t *bytes(std::string_view text) { return reinterpret_cast<const uint8_t *>(text.data()); }

void ctomlplusplus_document::add(const toml::node &value, const toml::key *key) {
    ctomlplusplus_node node{};
    node.line = value.source().begin.line;
    if (key) {
        node.key_line = key->source().begin.line;
        node.key = bytes(key->str());
        node.key_length = key->str().size();
    }
    switch (value.type()) {
    case toml::node_type::string: {
        std::string_view string = value.as_string()->get();
        node.kind = CTOMLPLUSPLUS_STRING;
        node.string = bytes(string);
        node.string_length = string.size();
        break;
    }
    case toml::node_type::integer:
        node.kind = CTOMLPLUSPLUS_INTEGER;
        node.integer = value.as_integer()->get();
        break;
    case toml::node_type::floating_point:
        node.kind = CTOMLPLUSPLUS_FLOAT;
        node.floating = value.as_floating_point()->get();
        break;
    case toml::node_type::boolean:
        node.kind = CTOMLPLUSPLUS_BOOLEAN;
        node.boolean = value.as_boolean()->get();
        break;
    case toml::node_type::array:
        node.kind = CTOMLPLUSPLUS_ARRAY;
        node.count = value.as_array()->size();
        break;
    case toml::node_type::table:
        node.kind = CTOMLPLUSPLUS_TABLE;
        node.count = value.as_table()->size();
        break;
    default: node.kind = CTOMLPLUSPLUS_DATE_OR_TIME; break;
    }
    nodes.push_back(node);
    if (const toml::array *array = value.as_array())
        for (const toml::node &element : *array) add(element, nullptr);
    if (const toml::table *members = value.as_table()) add_members(*members);
}

void ctomlplusplus_document::add_members(const toml::table &members) {
    // toml++ keeps them in the order of their names.
    std::vector<std::pair<const toml::key *, const toml::node *>> ordered;
    for (auto &&[key, value] : members) ordered.emplace_back(&key, &value);
    std::sort(ordered.begin(), ordered.end(), [](const auto &left, const auto &right) {
        return left.first->source().begin < right.first->source().begin;
    });
    for (const auto &[key, value] : ordered) add(*value, key);
}

ctomlplusplus_document *ctomlplusplus_parse(const uint8_t *text, size_t length) {
    auto document = new ctomlplusplus_document;
    std::string_view view = length == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char *>(text), length);
    toml::parse_result result = toml::parse(view);
    if (result) {
        document->table = std::move(result).table();
        document->add(document->table, nullptr);
    } else {
        document->is_refused = true;
        document->error = result.error().description();
        document->error_line = result.error().source().begin.line;
    }
    return document;
}

void ctomlplusplus_free(ctomlplusplus_document *document) { delete document; }

const char *ctomlplusplus_error(const ctomlplusplus_document *document, uint32_t *line) {
    *line = document->error_line;
    return document->is_refused ? document->error.c_str() : nullptr;
}

const ctomlplusplus_node *ctomlplusplus_nodes(const ctomlplusplus_document *document, size_t *count) {
    *count = document->nodes.size();
    return document->nodes.data();
}
