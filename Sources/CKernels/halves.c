#include "CKernels.h"

#include <stdlib.h>

#define LOOPS "halves_loops.h"
#include "each_machine.h"

void ck_cover(const uint8_t *luma, const uint8_t *blue, const uint8_t *red, const uint8_t *other_luma,
              const uint8_t *other_blue, const uint8_t *other_red, uint8_t edge, uint8_t dark, uint32_t *changed,
              uint32_t *live) {
  const uint8_t *const a[3] = {luma, blue, red}, *const b[3] = {other_luma, other_blue, other_red};
  CALL(cover, a, b, edge, dark, changed, live);
}

uint32_t ck_half_distance(const int16_t *a, const int16_t *b) { return CALL(half_distance, a, b); }

int64_t ck_mix_axis(const int16_t *from, const int16_t *to, int16_t *axis) { return CALL(mix_axis, from, to, axis); }

int64_t ck_mix_share(const int16_t *picture, const int16_t *from, const int16_t *axis) {
  return CALL(mix_share, picture, from, axis);
}

uint32_t ck_mix_residual(const int16_t *picture, const int16_t *from, const int16_t *axis, int16_t factor) {
  return CALL(mix_residual, picture, from, axis, factor);
}

uint32_t ck_half_differences(const int16_t *a, const int16_t *b, int16_t edge, int16_t *difference) {
  return CALL(half_differences, a, b, edge, difference);
}

void ck_half_unfollowed(const int16_t *a, const int16_t *b, int16_t *difference) {
  CALL(half_unfollowed, a, b, difference);
}
