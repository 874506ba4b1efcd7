// Shows what the histogram of scripts/bench makes of numbers: `histogram_percentiles PART... < NUMBERS` prints the percentile
// of each PART, 0.5 for the median.
#include "histogram.h"
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments) {
    static struct histogram seen;
    unsigned long long value;
    while (scanf("%llu", &value) == 1) histogram_add(&seen, value, 1);
    for (int i = 1; i < count; i++)
        printf("%llu\n", (unsigned long long)histogram_percentile(&seen, atof(arguments[i])));
    return 0;
}
