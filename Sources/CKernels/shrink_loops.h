// The loops of shrink.c, included once for each kind of machine: NAME tells them apart.

// 16-bit words in a vector.
#define LANES (VECTOR / 2)
typedef uint16_t NAME(words) __attribute__((vector_size(VECTOR), aligned(1), may_alias));
typedef uint8_t NAME(bytes) __attribute__((vector_size(LANES)));
#define words NAME(words)

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

// Sums of pairs of columns of `rows` rows: a pair is read as a word of 16 bits, which keeps the loop free of shuffles. The last
// vector goes back to end with the row.
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
    for (size_t y = 0; y < rows; y++) {
      const words pair = *(const words *)(luma + y * stride + 2 * x);
      sum += (pair & 255) + (pair >> 8);
    }
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

// Sums, of which there is room for a whole vector after the last, brought to levels.
static inline void NAME(put_levels)(const uint16_t *sums, const ck_levels *levels, uint8_t *restrict small, size_t count) {
  for (size_t x = 0; x < count; x += LANES) {
    words level = NAME(high_products)(*(const words *)(sums + x) << levels->shift, levels->gain) + 32;
    level = (__builtin_elementwise_max(level, (words){} + levels->black) - levels->black) >> 6;
    level = __builtin_elementwise_min(level, (words){} + 255);
    const NAME(bytes) bytes = __builtin_convertvector(level, NAME(bytes));
    if (count - x >= LANES)
      memcpy(small + x, &bytes, LANES);
    else
      memcpy(small + x, &bytes, count - x);
  }
}

static void NAME(shrink)(const uint8_t *luma, const ck_boxes *boxes, const ck_levels *levels, uint8_t *small, size_t width,
                         size_t height, uint16_t *scratch) {
  for (size_t y = 0; y < height; y++) {
    NAME(sum_boxes)(luma, boxes->stride, boxes->width, boxes->rows, scratch, width, scratch + width + LANES);
    NAME(put_levels)(scratch, levels, small + y * width, width);
    luma += boxes->step;
  }
}

#undef words
#undef LANES
