// The loops of shrink.c, included once for each kind of machine: NAME tells them apart.

// 16-bit words in a vector.
#define LANES (VECTOR / 2)
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

// Shifted sums brought to levels, not packed yet.
static inline words NAME(level)(words sums, const ck_levels *levels) {
  // What lies below black goes to 0.
  const words rounded = NAME(high_products)(sums, levels->gain) + (uint16_t)(levels->black < 32 ? 32 - levels->black : 0);
  return __builtin_elementwise_sub_sat(rounded, (words){} + (uint16_t)(levels->black > 32 ? levels->black - 32 : 0)) >> 6;
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

static inline vector NAME(levels)(words low, words high, const ck_levels *levels) {
  const vector bytes = NAME(pack)(NAME(level)(low, levels), NAME(level)(high, levels));
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
        *(const words *)(sums + x) << levels->shift, *(const words *)(sums + x + LANES) << levels->shift, levels);
    if (count >= VECTOR)
      *(vector *)(small + x) = bytes;
    else
      memcpy(small, &bytes, count);
  }
}

// A row brought to levels: samples are words of which they are the upper half, as for a shift of 8.
static inline void NAME(copy_row)(const uint8_t *luma, const ck_levels *levels, uint8_t *restrict small, size_t count) {
  for (size_t x = 0; x < count; x += VECTOR) {
    if (x + VECTOR > count) x = count - VECTOR;
#if VECTOR == 32
    const __m256i samples = *(const __m256i_u *)(luma + x), zero = _mm256_setzero_si256();
    const words low = (words)_mm256_unpacklo_epi8(zero, samples), high = (words)_mm256_unpackhi_epi8(zero, samples);
#else
    const words low = __builtin_convertvector(*(const NAME(half) *)(luma + x), words) << 8;
    const words high = __builtin_convertvector(*(const NAME(half) *)(luma + x + LANES), words) << 8;
#endif
    *(vector *)(small + x) = NAME(pack)(NAME(level)(low, levels), NAME(level)(high, levels));
  }
}

// Boxes of two columns, whose sums need not go through memory.
static inline __attribute__((always_inline)) void NAME(halve_row)(const uint8_t *luma, size_t stride, size_t rows,
                                                                  const ck_levels *levels, uint8_t *restrict small,
                                                                  size_t count) {
  for (size_t x = 0; x < count; x += VECTOR) {
    if (x + VECTOR > count) x = count - VECTOR;
    words low = (words){}, high = (words){};
    for (size_t y = 0; y < rows; y++) {
      const uint8_t *at = luma + y * stride + 2 * x;
      low += NAME(pairs)(at, levels->shift);
      high += NAME(pairs)(at + VECTOR, levels->shift);
    }
    *(vector *)(small + x) = NAME(levels)(low, high, levels);
  }
}

static void NAME(shrink)(const uint8_t *luma, const ck_boxes *boxes, const ck_levels *levels, uint8_t *small, size_t width,
                         size_t height, uint16_t *scratch) {
  // Copies: the compiler must not take them for one of the bytes that are written.
  const ck_levels bounds = *levels;
  ck_levels halving = bounds;
  // A shift by 7 is one by 6 and twice the gain.
  for (; halving.shift > 6; halving.shift--) halving.gain = (uint16_t)(2 * halving.gain);
  for (size_t y = 0; y < height; y++, luma += boxes->step, small += width) {
    if (boxes->width == 1 && boxes->rows == 1 && width >= VECTOR) {
      NAME(copy_row)(luma, &bounds, small, width);
    } else if (boxes->width == 2 && boxes->rows == 1 && width >= VECTOR) {
      NAME(halve_row)(luma, 0, 1, &halving, small, width);
    } else if (boxes->width == 2 && boxes->rows == 2 && width >= VECTOR) {
      NAME(halve_row)(luma, boxes->stride, 2, &halving, small, width);
    } else {
      NAME(sum_boxes)(luma, boxes->stride, boxes->width, boxes->rows, scratch, width, scratch + width + VECTOR);
      NAME(put_levels)(scratch, &bounds, small, width);
    }
  }
}

#undef vector
#undef words
#undef LANES
