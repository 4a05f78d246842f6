// The loops of shrink.c, included once for each kind of machine: NAME tells them apart.

// 16-bit words in a vector.
#define LANES (VECTOR / 2)
// Half a level, which rounds.
#define HALF_LEVEL 32
typedef uint16_t NAME(words) __attribute__((vector_size(VECTOR), aligned(1), may_alias));
typedef uint8_t NAME(vector) __attribute__((vector_size(VECTOR), aligned(1), may_alias));
typedef uint8_t NAME(half) __attribute__((vector_size(LANES), aligned(1), may_alias));
#define words NAME(words)
#define vector NAME(vector)

// Sums of pairs of columns, shifted by at most 6 bits. A pair is taken as a word of 16 bits, which needs no shuffles.
static inline words NAME(pairs)(const uint8_t *luma, uint16_t shift) {
#if VECTOR == 32
  return (words)_mm256_maddubs_epi16(*(const __m256i_u *)luma, _mm256_set1_epi8((char)(1 << shift)));
#else
  const words pairs = *(const words *)luma;
  return ((pairs & 255) + (pairs >> 8)) << shift;
#endif
}

// Sums of some rows, column by column.
static inline void NAME(sum_rows)(const uint8_t *luma, size_t stride, size_t rows, uint16_t *restrict sums,
                                  size_t count) {
  if (rows == 3) {
    const uint8_t *second = luma + stride, *third = second + stride;
    for (size_t x = 0; x < count; x++) sums[x] = (uint16_t)(luma[x] + second[x] + third[x]);
    return;
  }
  for (size_t x = 0; x < count; x++) sums[x] = luma[x];
  for (size_t y = 1; y < rows; y++) {
    luma += stride;
    for (size_t x = 0; x < count; x++) sums[x] = (uint16_t)(sums[x] + luma[x]);
  }
}

// Sums of pairs of columns of `rows` rows. The last vector goes back to end with the row.
static inline __attribute__((always_inline)) void NAME(sum_pairs)(const uint8_t *luma, size_t stride, size_t rows,
                                                                  uint16_t *restrict sums, size_t count) {
  if (count < LANES) {
    for (size_t x = 0; x < count; x++) {
      sums[x] = 0;
      for (size_t y = 0; y < rows; y++) sums[x] = (uint16_t)(sums[x] + luma[y * stride + 2 * x] + luma[y * stride + 2 * x + 1]);
    }
    return;
  }
  for (size_t x = 0; x < count; x += LANES) {
    if (x + LANES > count) x = count - LANES;
    words sum = (words){};
    for (size_t y = 0; y < rows; y++) sum += NAME(pairs)(luma + y * stride + 2 * x, 0);
    *(words *)(sums + x) = sum;
  }
}

// Sums of boxes of `factor` columns and some rows; `columns` has room for a sum of each column.
static inline void NAME(sum_boxes)(const uint8_t *luma, size_t stride, size_t factor, size_t rows,
                                   uint16_t *restrict sums, size_t count, uint16_t *restrict columns) {
  if (factor == 1) {
    NAME(sum_rows)(luma, stride, rows, sums, count);
  } else if (factor == 2) {
    NAME(sum_pairs)(luma, stride, rows, sums, count);
  } else if (factor == 4) {
    NAME(sum_pairs)(luma, stride, rows, columns, 2 * count);
    for (size_t x = 0; x < count; x++) {
      uint32_t pair;
      memcpy(&pair, columns + 2 * x, 4);
      sums[x] = (uint16_t)((pair & 65535) + (pair >> 16));
    }
  } else if (factor == 3) {
    NAME(sum_rows)(luma, stride, rows, columns, 3 * count);
    for (size_t x = 0; x < count; x++) sums[x] = (uint16_t)(columns[3 * x] + columns[3 * x + 1] + columns[3 * x + 2]);
  } else {
    NAME(sum_rows)(luma, stride, rows, columns, factor * count);
    for (size_t x = 0; x < count; x++) {
      uint16_t sum = 0;
      for (size_t i = 0; i < factor; i++) sum = (uint16_t)(sum + columns[factor * x + i]);
      sums[x] = sum;
    }
  }
}

// High halves of products of words.
static inline words NAME(high_products)(words a, uint16_t b) {
#if VECTOR == 32
  return (words)_mm256_mulhi_epu16((__m256i)a, _mm256_set1_epi16((short)b));
#elif defined(__SSE2__)
  return (words)_mm_mulhi_epu16((__m128i)a, _mm_set1_epi16((short)b));
#else
  words high;
  for (size_t i = 0; i < LANES; i++) high[i] = (uint16_t)((uint32_t)a[i] * b >> 16);
  return high;
#endif
}

// Shifted sums brought to levels, not packed yet; what lies below black goes to 0. `hasBlack` tells whether black is more than what
// rounding adds, and is known where this is compiled.
static inline __attribute__((always_inline)) words NAME(level)(words sums, const ck_levels *levels, int hasBlack) {
  const words products = NAME(high_products)(sums, levels->gain);
  return (hasBlack ? __builtin_elementwise_sub_sat(products, (words){} + (uint16_t)(levels->black - HALF_LEVEL))
                   : __builtin_elementwise_sub_sat((words)(products + HALF_LEVEL), (words){} + levels->black)) >> 6;
}

// Levels packed; of AVX2 within halves of vectors.
static inline vector NAME(pack)(words low, words high) {
#if VECTOR == 32
  return (vector)_mm256_packus_epi16((__m256i)low, (__m256i)high);
#elif defined(__SSE2__)
  return (vector)_mm_packus_epi16((__m128i)low, (__m128i)high);
#else
  const words parts[2] = {low, high};
  vector bytes;
  for (size_t i = 0; i < VECTOR; i++) bytes[i] = parts[i / LANES][i % LANES] < 255 ? parts[i / LANES][i % LANES] : 255;
  return bytes;
#endif
}

static inline __attribute__((always_inline)) vector NAME(levels)(words low, words high, const ck_levels *levels, int hasBlack) {
  const vector bytes = NAME(pack)(NAME(level)(low, levels, hasBlack), NAME(level)(high, levels, hasBlack));
#if VECTOR == 32
  return (vector)_mm256_permute4x64_epi64((__m256i)bytes, 0xd8);
#else
  return bytes;
#endif
}

// The last vector goes back to end with the row; for shorter rows there is room for a whole one after the last sum.
static inline void NAME(put_levels)(const uint16_t *sums, const ck_levels *levels, uint8_t *restrict small, size_t count) {
  for (size_t x = 0; x < count; x += VECTOR) {
    if (x + VECTOR > count && count >= VECTOR) x = count - VECTOR;
    const vector bytes = NAME(levels)(
        *(const words *)(sums + x) << levels->shift, *(const words *)(sums + x + LANES) << levels->shift, levels, 0);
    if (count >= VECTOR)
      *(vector *)(small + x) = bytes;
    else
      memcpy(small, &bytes, count);
  }
}

// Samples brought to levels: words of which they are the upper half, as for a shift of 8.
static inline __attribute__((always_inline)) void NAME(copy)(const uint8_t *luma, const ck_levels *levels, int hasBlack, uint8_t *small) {
#if VECTOR == 32
  const __m256i samples = *(const __m256i_u *)luma, zero = _mm256_setzero_si256();
  const words low = (words)_mm256_unpacklo_epi8(zero, samples), high = (words)_mm256_unpackhi_epi8(zero, samples);
#else
  const words low = __builtin_convertvector(*(const NAME(half) *)luma, words) << 8;
  const words high = __builtin_convertvector(*(const NAME(half) *)(luma + LANES), words) << 8;
#endif
  *(vector *)small = NAME(pack)(NAME(level)(low, levels, hasBlack), NAME(level)(high, levels, hasBlack));
}

// Boxes of two columns, whose sums need not go through memory.
static inline __attribute__((always_inline)) void NAME(halve)(const uint8_t *luma, size_t stride, size_t rows, const ck_levels *levels,
                                                              int hasBlack, uint8_t *small) {
  words low = (words){}, high = (words){};
  for (size_t y = 0; y < rows; y++, luma += stride) {
    low += NAME(pairs)(luma, levels->shift);
    high += NAME(pairs)(luma + VECTOR, levels->shift);
  }
  *(vector *)small = NAME(levels)(low, high, levels, hasBlack);
}

// Boxes of one sample, and of two columns and one or two rows. The last vector goes back to end with the row.
static inline __attribute__((always_inline)) void NAME(shrink_rows)(const uint8_t *luma, const ck_boxes *boxes, size_t columns, size_t rows,
                                                                    const ck_levels *levels, int hasBlack, uint8_t *restrict small,
                                                                    size_t width, size_t height) {
  // Copies: the compiler must not take them for one of the bytes that are written.
  const ck_levels bounds = *levels;
  const size_t step = boxes->step, stride = boxes->stride, last = width - VECTOR;
  for (size_t y = 0; y < height; y++, luma += step, small += width) {
    for (size_t x = 0;; x += VECTOR) {
      if (x > last) x = last;
      if (columns == 1)
        NAME(copy)(luma + x, &bounds, hasBlack, small + x);
      else
        NAME(halve)(luma + 2 * x, stride, rows, &bounds, hasBlack, small + x);
      if (x == last) break;
    }
  }
}

// Compiled for each case by itself.
#define SHRINK_ROWS(columns, rows, levels)                                                                             \
  (hasBlack ? NAME(shrink_rows)(luma, boxes, columns, rows, levels, 1, small, width, height)                           \
            : NAME(shrink_rows)(luma, boxes, columns, rows, levels, 0, small, width, height))
static void NAME(shrink)(const uint8_t *luma, const ck_boxes *boxes, const ck_levels *levels, uint8_t *small, size_t width,
                         size_t height, uint16_t *scratch) {
  const int hasBlack = levels->black > HALF_LEVEL;
  // A shift by 7 is one by 6 and twice the gain.
  ck_levels halving = *levels;
  for (; halving.shift > 6; halving.shift--) halving.gain = (uint16_t)(2 * halving.gain);
  if (width < VECTOR || boxes->width > 2) {
    for (size_t y = 0; y < height; y++, luma += boxes->step, small += width) {
      NAME(sum_boxes)(luma, boxes->stride, boxes->width, boxes->rows, scratch, width, scratch + width + VECTOR);
      NAME(put_levels)(scratch, levels, small, width);
    }
  } else if (boxes->width == 1) {
    SHRINK_ROWS(1, 1, levels);
  } else if (boxes->rows == 1) {
    SHRINK_ROWS(2, 1, &halving);
  } else {
    SHRINK_ROWS(2, 2, &halving);
  }
}
#undef SHRINK_ROWS

#undef vector
#undef words
#undef LANES
#undef HALF_LEVEL
