#include <stdio.h>

static long sum(int n) {
    long total = 0;
    for (int i = 1; i <= n; i++) {
        total += i;
    }
    return total;
}

int main(void) {
    for (int n = 1; n < 1000; n *= 3) {
        printf("%ld\n", sum(n));
    }
    return 0;
}
