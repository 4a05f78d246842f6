#include "CKernels.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum {
  PADDED_WIDTH = 80,  // CK_SMALL_WIDTH + 2 * CK_REACH_X, rounded up to whole vectors
  PADDED_HEIGHT = CK_SMALL_HEIGHT + 2 * CK_REACH_Y,
};

// A plane with its edges repeated outwards; rows are PADDED_WIDTH apart.
static void pad(const uint8_t *plane, uint8_t *padded, size_t top, size_t bottom, size_t reach_x, size_t reach_y) {
  for (size_t y = 0; y < bottom - top + 2 * reach_y; y++, padded += PADDED_WIDTH) {
    size_t from = top + (y < reach_y ? 0 : y - reach_y);
    if (from > bottom - 1) from = bottom - 1;
    const uint8_t *row = plane + from * CK_SMALL_WIDTH;
    memset(padded, row[0], reach_x);
    memcpy(padded + reach_x, row, CK_SMALL_WIDTH);
    memset(padded + reach_x + CK_SMALL_WIDTH, row[CK_SMALL_WIDTH - 1], reach_x);
  }
}

// The sum of absolute differences of a block; `a` lies in a padded plane.
static inline uint32_t difference(const uint8_t *a, const uint8_t *b) {
#if defined(__SSE2__)
  __m128i sum = _mm_setzero_si128();
  for (size_t y = 0; y < CK_BLOCK_HEIGHT; y++)
    sum = _mm_add_epi32(sum, _mm_sad_epu8(_mm_loadl_epi64((const __m128i *)(a + y * PADDED_WIDTH)),
                                          _mm_loadl_epi64((const __m128i *)(b + y * CK_SMALL_WIDTH))));
  return (uint32_t)_mm_cvtsi128_si32(sum);
#else
  uint32_t sum = 0;
  for (size_t y = 0; y < CK_BLOCK_HEIGHT; y++)
    for (size_t x = 0; x < CK_BLOCK_WIDTH; x++) sum += (uint32_t)abs(a[y * PADDED_WIDTH + x] - b[y * CK_SMALL_WIDTH + x]);
  return sum;
#endif
}

uint32_t ck_motion_residual(const uint8_t *luma, const uint8_t *blue, const uint8_t *red, const uint8_t *later_luma,
                            const uint8_t *later_blue, const uint8_t *later_red, const ck_shift *shifts, size_t count) {
  const uint8_t *const from[3] = {luma, blue, red}, *const to[3] = {later_luma, later_blue, later_red};
  uint8_t padded[3][PADDED_WIDTH * PADDED_HEIGHT];
  for (size_t k = 0; k < 3; k++) pad(from[k], padded[k], 0, CK_SMALL_HEIGHT, CK_REACH_X, CK_REACH_Y);
  uint32_t total = 0;
  for (size_t y = 0; y < CK_SMALL_HEIGHT; y += CK_BLOCK_HEIGHT) {
    for (size_t x = 0; x < CK_SMALL_WIDTH; x += CK_BLOCK_WIDTH) {
      const size_t own = y * CK_SMALL_WIDTH + x, still = (y + CK_REACH_Y) * PADDED_WIDTH + x + CK_REACH_X;
      uint32_t best = UINT32_MAX;
      ptrdiff_t place = 0;
      // No later shift can cost less than its penalty.
      for (size_t i = 0; i < count && shifts[i].penalty < best; i++) {
        const ptrdiff_t shifted = (ptrdiff_t)still + shifts[i].y * PADDED_WIDTH + shifts[i].x;
        const uint32_t cost = shifts[i].penalty + difference(padded[0] + shifted, to[0] + own);
        if (cost < best) {
          best = cost;
          place = shifted;
        }
      }
      total += 2 * best + difference(padded[1] + place, to[1] + own) + difference(padded[2] + place, to[2] + own);
    }
  }
  return total;
}

// One block's moments, and its products with another. `a` and `b` have rows PADDED_WIDTH and CK_SMALL_WIDTH apart.
static inline ck_match match(const uint8_t *a, const uint8_t *b, size_t height) {
  int32_t sum = 0, squares = 0, products = 0;
  for (size_t y = 0; y < height; y++, a += PADDED_WIDTH, b += CK_SMALL_WIDTH) {
    for (size_t x = 0; x < CK_BLOCK_WIDTH; x++) {
      const int16_t p = a[x], q = b[x];
      sum += p;
      squares += (int32_t)p * p;
      products += (int32_t)p * q;
    }
  }
  return (ck_match){{sum, squares}, products};
}

void ck_match_blocks(const uint8_t *source, const uint8_t *target, size_t top, size_t height, size_t reach,
                     ck_moments *own, ck_match *shifted) {
  const size_t side = 2 * reach + 1;
  uint8_t around[PADDED_WIDTH * (CK_SMALL_HEIGHT + 2 * CK_MOST_MATCH_REACH)];
  pad(source, around, top, top + 4 * height, reach, reach);
  for (size_t block = 0; block < CK_BLOCKS; block++) {
    const size_t x = block % 8 * CK_BLOCK_WIDTH, y = block / 8 * height;
    const uint8_t *mine = target + (top + y) * CK_SMALL_WIDTH + x;
    ck_moments sums = {0, 0};
    for (size_t row = 0; row < height; row++) {
      for (size_t column = 0; column < CK_BLOCK_WIDTH; column++) {
        const int32_t value = mine[row * CK_SMALL_WIDTH + column];
        sums.sum += value;
        sums.squares += value * value;
      }
    }
    own[block] = sums;
    for (size_t dy = 0; dy < side; dy++)
      for (size_t dx = 0; dx < side; dx++)
        *shifted++ = match(around + (y + dy) * PADDED_WIDTH + x + dx, mine, height);
  }
}
