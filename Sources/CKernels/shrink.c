#include "CKernels.h"

#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Each loop is compiled twice, for any machine and for AVX2, and chosen at run time.
#define NAME(name) name##_plain
#define LANES 8
#include "shrink_loops.h"
#undef NAME
#undef LANES

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define NAME(name) name##_fast
#define LANES 16
#include "shrink_loops.h"
#undef NAME
#undef LANES
#pragma clang attribute pop
#define CALL(name, ...) (__builtin_cpu_supports("avx2") ? name##_fast(__VA_ARGS__) : name##_plain(__VA_ARGS__))
#else
#define CALL(name, ...) name##_plain(__VA_ARGS__)
#endif

void ck_shrink(const uint8_t *luma, ck_boxes boxes, ck_levels levels, uint8_t *small, size_t width, size_t height,
               uint16_t *scratch) {
  CALL(shrink, luma, &boxes, &levels, small, width, height, scratch);
}
