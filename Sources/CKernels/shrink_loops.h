// The loops of shrink.c, included once for each kind of machine: NAME tells them apart.

// 16-bit words in a vector.
#define LANES (VECTOR / 2)
typedef uint16_t NAME(words) __attribute__((vector_size(VECTOR), aligned(1), may_alias));
typedef uint8_t NAME(vector) __attribute__((vector_size(VECTOR), aligned(1), may_alias));
typedef uint8_t NAME(half) __attribute__((vector_size(LANES), aligned(1), may_alias));
#define words NAME(words)
#define vector NAME(vector)

// Sums of pairs of columns: a pair is taken as a word of 16 bits, which needs no shuffles.
static inline words NAME(pairs)(const uint8_t *luma) {
#if VECTOR == 32
  return (words)_mm256_maddubs_epi16(*(const __m256i_u *)luma, _mm256_set1_epi8(1));
#else
  const words pairs = *(const words *)luma;
  return (pairs & 255) + (pairs >> 8);
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
    for (size_t y = 0; y < rows; y++) sum += NAME(pairs)(luma + y * stride + 2 * x);
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

// Sums brought to levels.
static inline vector NAME(levels)(words low, words high, const ck_levels *levels) {
  words parts[2] = {low, high};
  for (size_t i = 0; i < 2; i++) {
    const words level = NAME(high_products)(parts[i] << levels->shift, levels->gain) + 32;
    parts[i] = (__builtin_elementwise_max(level, (words){} + levels->black) - levels->black) >> 6;
  }
#if VECTOR == 32
  // Packed within halves of vectors, which are then put in order.
  return (vector)_mm256_permute4x64_epi64(_mm256_packus_epi16((__m256i)parts[0], (__m256i)parts[1]), 0xd8);
#elif defined(__SSE2__)
  return (vector)_mm_packus_epi16((__m128i)parts[0], (__m128i)parts[1]);
#else
  vector bytes;
  for (size_t i = 0; i < VECTOR; i++) bytes[i] = parts[i / LANES][i % LANES] < 255 ? parts[i / LANES][i % LANES] : 255;
  return bytes;
#endif
}

// The last vector goes back to end with the row; for shorter rows there is room for a whole one after the last sum.
static inline void NAME(put_levels)(const uint16_t *sums, const ck_levels *levels, uint8_t *restrict small, size_t count) {
  for (size_t x = 0; x < count; x += VECTOR) {
    if (x + VECTOR > count && count >= VECTOR) x = count - VECTOR;
    const vector bytes = NAME(levels)(*(const words *)(sums + x), *(const words *)(sums + x + LANES), levels);
    if (count >= VECTOR)
      *(vector *)(small + x) = bytes;
    else
      memcpy(small, &bytes, count);
  }
}

// The same for boxes of one or two columns, whose sums need not go through memory.
static inline __attribute__((always_inline)) void NAME(shrink_row)(const uint8_t *luma, size_t stride, size_t factor,
                                                                   size_t rows, const ck_levels *levels,
                                                                   uint8_t *restrict small, size_t count) {
  for (size_t x = 0; x < count; x += VECTOR) {
    if (x + VECTOR > count) x = count - VECTOR;
    words low = (words){}, high = (words){};
    for (size_t y = 0; y < rows; y++) {
      const uint8_t *at = luma + y * stride + factor * x;
      if (factor == 1) {
        low += __builtin_convertvector(*(const NAME(half) *)at, words);
        high += __builtin_convertvector(*(const NAME(half) *)(at + LANES), words);
      } else {
        low += NAME(pairs)(at);
        high += NAME(pairs)(at + VECTOR);
      }
    }
    *(vector *)(small + x) = NAME(levels)(low, high, levels);
  }
}

static void NAME(shrink)(const uint8_t *luma, const ck_boxes *boxes, const ck_levels *levels, uint8_t *small, size_t width,
                         size_t height, uint16_t *scratch) {
  // A copy: the compiler must not take it for one of the bytes that are written.
  const ck_levels bounds = *levels;
  for (size_t y = 0; y < height; y++, luma += boxes->step, small += width) {
    if (boxes->width == 1 && boxes->rows == 1 && width >= VECTOR) {
      NAME(shrink_row)(luma, 0, 1, 1, &bounds, small, width);
    } else if (boxes->width == 2 && boxes->rows == 1 && width >= VECTOR) {
      NAME(shrink_row)(luma, 0, 2, 1, &bounds, small, width);
    } else if (boxes->width == 2 && width >= VECTOR) {
      NAME(shrink_row)(luma, boxes->stride, 2, boxes->rows, &bounds, small, width);
    } else {
      NAME(sum_boxes)(luma, boxes->stride, boxes->width, boxes->rows, scratch, width, scratch + width + VECTOR);
      NAME(put_levels)(scratch, &bounds, small, width);
    }
  }
}

#undef vector
#undef words
#undef LANES
