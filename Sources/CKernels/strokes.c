#include "CKernels.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LOOPS "strokes_loops.h"
#include "each_machine.h"

void ck_stroke_edges(const uint8_t *luma, size_t width, size_t height, uint8_t *rising, uint8_t *falling,
                     uint8_t *wide_rising, uint8_t *wide_falling, uint8_t *scratch) {
  CALL(edges, luma, width, height, rising, falling, wide_rising, wide_falling, scratch);
}

void ck_widen(const uint8_t *source, size_t width, size_t height, uint8_t *target, uint8_t *scratch) {
  CALL(widen, source, width, height, target, scratch);
}

void ck_least(const uint8_t *const *planes, size_t number, const uint8_t *without, uint8_t edge, uint8_t *target,
              size_t count) {
  CALL(least, planes, number, without, edge, target, count);
}

void ck_dense(const uint8_t *rising, const uint8_t *falling, size_t width, size_t height, uint8_t edge, uint8_t needed,
              uint8_t *mask, uint8_t *rows, uint8_t *scratch) {
  CALL(dense, rising, falling, width, height, edge, needed, mask, rows, scratch);
}

void ck_sight(const uint8_t *after, const uint8_t *before, size_t count, size_t reach, ptrdiff_t offset, const ck_run *runs,
              size_t number, const int16_t *weights, int64_t *products, int64_t *square) {
  CALL(sight, after, before, count, reach, offset, runs, number, weights, products, square);
}

void ck_slide(const uint8_t *luma, size_t width, const ck_stroke *strokes, size_t number, ptrdiff_t first, size_t count,
              int32_t *products) {
  CALL(slide, luma, width, strokes, number, first, count, products);
}

size_t ck_turns(const uint8_t *values, size_t count, uint8_t limit, uint32_t *positions) {
  return CALL(turns, values, count, limit, positions);
}

void ck_keep_least(uint8_t *values, const uint8_t *other, size_t count) { CALL(keep_least, values, other, count); }

void ck_keep_largest(uint8_t *values, const uint8_t *other, size_t count) { CALL(keep_largest, values, other, count); }

void ck_keep_least_of_rows(uint8_t *values, const uint8_t *other, size_t width, size_t count) {
  CALL(keep_least_of_rows, values, other, width, count);
}

size_t ck_count_exceeding(const uint8_t *values, const uint8_t *others, uint8_t limit, size_t count) {
  return CALL(count_exceeding, values, others, limit, count);
}

uint32_t ck_sum(const uint8_t *bytes, size_t count) { return CALL(sum, bytes, count); }
