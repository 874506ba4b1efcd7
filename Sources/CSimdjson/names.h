// What both readers do with the names that are looked out for.
#pragma once
#include "csimdjson.h"

#include <cstring>
#include <string_view>

// Which of the names it is; -1 where it is none.
inline int find(const csimdjson_names *names, std::string_view name) {
    if (name.size() > CSIMDJSON_LONGEST_NAME) return -1;
    for (int number = names->first[name.size()]; number >= 0; number = names->next[number]) {
        const uint8_t *candidate = names->names[number];
        // Most differ in their first letter.
        if (candidate[0] == static_cast<uint8_t>(name[0]) && std::memcmp(candidate, name.data(), name.size()) == 0)
            return number;
    }
    return -1;
}

// The place of a name's value where it is to be noted; NULL where the name is none of those, or stands there again.
inline csimdjson_member *place_for(const csimdjson_names *names, std::string_view name, csimdjson_fields *fields) {
    const int found = find(names, name);
    if (found < 0) return nullptr;
    const uint32_t bit = UINT32_C(1) << found;
    if (fields->present & bit) {
        fields->repeated |= bit;
        return nullptr;
    }
    fields->present |= bit;
    return &fields->values[found];
}
