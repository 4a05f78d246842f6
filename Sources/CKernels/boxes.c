#include "CKernels.h"

#if defined(__SSE2__)
#include <emmintrin.h>

// Sixteen bytes from here on keep none, from `here + n` on the last n, from `here + 32 - n` on the first n.
static const uint8_t masks[48] = {[16] = 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

static inline __m128i load(const uint8_t *bytes) { return _mm_loadu_si128((const __m128i *)bytes); }

// The sum of the samples from `left` up to `right` of all rows. What is left over of sixteen is read with more after it, or at
// the end of the row with more before it.
static inline uint32_t box_sum(const uint8_t *const *rows, size_t count, size_t left, size_t right, size_t width) {
  const __m128i zero = _mm_setzero_si128();
  __m128i sum = zero;
  for (; left + 16 <= right; left += 16)
    for (size_t i = 0; i < count; i++) sum = _mm_add_epi32(sum, _mm_sad_epu8(load(rows[i] + left), zero));
  const size_t rest = right - left;
  if (rest > 0) {
    const int is_inside = left + 16 <= width;
    const size_t start = is_inside ? left : right - 16;
    const __m128i mask = load(is_inside ? masks + 32 - rest : masks + rest);
    for (size_t i = 0; i < count; i++)
      sum = _mm_add_epi32(sum, _mm_sad_epu8(_mm_and_si128(load(rows[i] + start), mask), zero));
  }
  return (uint32_t)_mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_srli_si128(sum, 8)));
}
#else
static inline uint32_t box_sum(const uint8_t *const *rows, size_t count, size_t left, size_t right, size_t width) {
  (void)width;
  uint32_t sum = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t x = left; x < right; x++) sum += rows[i][x];
  return sum;
}
#endif

void ck_box_means(const uint8_t *const *rows, size_t count, size_t width, const uint32_t *edges, size_t boxes,
                  uint8_t *means) {
  uint64_t samples = 0, inverse = 0;
  for (size_t x = 0; x < boxes; x++) {
    const uint64_t own = count * (edges[x + 1] - edges[x]);
    if (own != samples) {
      samples = own;
      inverse = ((uint64_t)1 << 40) / samples + 1;
    }
    const uint64_t sum = box_sum(rows, count, edges[x], edges[x + 1], width) + samples / 2;
    // The product with the inverse is the quotient as long as samples stay below 2^16: its error is under sum / 2^40.
    means[x] = (uint8_t)(samples < 65536 ? sum * inverse >> 40 : sum / samples);
  }
}
