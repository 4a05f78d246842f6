#include "CKernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LOOPS "strokes_loops.h"
#include "each_machine.h"

void ck_stroke_bits(const uint8_t *luma, size_t width, size_t height, uint8_t limit, uint64_t *rises, uint64_t *falls) {
  CALL(stroke_bits, luma, width, height, limit, rises, falls);
}

void ck_widen_bits(const uint64_t *words, size_t row, size_t number, uint64_t *target, uint64_t *scratch) {
  CALL(widen_bits, words, row, number, target, scratch);
}

void ck_common_bits(const uint64_t *const *planes, size_t count, const uint64_t *without, uint64_t *target, size_t number) {
  CALL(common_bits, planes, count, without, target, number);
}

void ck_keep_bits_of_rows(uint64_t *words, const uint64_t *others, size_t row, size_t number) {
  CALL(keep_bits_of_rows, words, others, row, number);
}

void ck_least_at(const uint8_t *const *planes, size_t number, size_t width, size_t height, size_t reach, const int32_t *pixels,
                 size_t count, int16_t *steps) {
  CALL(least_at, planes, number, width, height, reach, pixels, count, steps);
}

void ck_dense(const uint64_t *rising, const uint64_t *falling, size_t width, size_t height, uint8_t needed, uint8_t *mask,
              uint8_t *rows, uint8_t *scratch) {
  CALL(dense, rising, falling, width, height, needed, mask, rows, scratch);
}

void ck_sight(const uint8_t *luma, size_t count, ptrdiff_t offset, const ck_run *runs, size_t number, const int16_t *weights,
              int64_t *products, int64_t *square) {
  CALL(sight, luma, count, offset, runs, number, weights, products, square);
}

void ck_sights(const uint8_t *luma, size_t count, size_t width, const ck_run *runs, size_t number, const int16_t *weights,
               int64_t *products) {
  CALL(sights, luma, count, width, runs, number, weights, products);
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

size_t ck_count_exceeding(const uint8_t *values, const uint8_t *others, uint8_t limit, size_t count) {
  return CALL(count_exceeding, values, others, limit, count);
}

void ck_halves_of_rows(const uint8_t *luma, size_t width, size_t height, float *left, float *right) {
  CALL(halves_of_rows, luma, width, height, left, right);
}

void ck_correlations(ck_profile profile, ck_profile other, size_t count, ptrdiff_t first, size_t number, size_t least,
                     double *correlations) {
  CALL(correlations, profile, other, count, first, number, least, correlations);
}
