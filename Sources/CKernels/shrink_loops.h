// The loops of shrink.c, included once for each kind of machine: NAME tells them apart.

// Sums of `factor` rows, column by column.
static inline void NAME(sum_rows)(const uint8_t *luma, size_t stride, size_t factor, uint16_t *restrict sums,
                                  size_t count) {
  if (factor == 3) {
    const uint8_t *second = luma + stride, *third = second + stride;
    for (size_t x = 0; x < count; x++) sums[x] = (uint16_t)(luma[x] + second[x] + third[x]);
    return;
  }
  for (size_t x = 0; x < count; x++) sums[x] = luma[x];
  for (size_t y = 1; y < factor; y++) {
    luma += stride;
    for (size_t x = 0; x < count; x++) sums[x] = (uint16_t)(sums[x] + luma[x]);
  }
}

// Sums of pairs of columns of `rows` rows: a pair is read as a word of 16 bits, which keeps the loop free of shuffles.
static inline void NAME(sum_pairs)(const uint8_t *luma, size_t stride, size_t rows, uint16_t *restrict sums,
                                   size_t count) {
  for (size_t x = 0; x < count; x++) {
    uint16_t sum = 0;
    for (size_t y = 0; y < rows; y++) {
      uint16_t pair;
      memcpy(&pair, luma + y * stride + 2 * x, 2);
      sum = (uint16_t)(sum + (pair & 255) + (pair >> 8));
    }
    sums[x] = sum;
  }
}

// Sums of squares of `factor` samples; `columns` has room for those of a row.
static inline void NAME(sum_squares)(const uint8_t *luma, size_t stride, size_t factor, uint16_t *restrict sums,
                                     size_t count, uint16_t *restrict columns) {
  if (factor == 2) {
    NAME(sum_pairs)(luma, stride, 2, sums, count);
  } else if (factor == 4) {
    NAME(sum_pairs)(luma, stride, 4, columns, 2 * count);
    for (size_t x = 0; x < count; x++) {
      uint32_t pair;
      memcpy(&pair, columns + 2 * x, 4);
      sums[x] = (uint16_t)((pair & 65535) + (pair >> 16));
    }
  } else if (factor == 3) {
    NAME(sum_rows)(luma, stride, 3, columns, 3 * count);
    for (size_t x = 0; x < count; x++) sums[x] = (uint16_t)(columns[3 * x] + columns[3 * x + 1] + columns[3 * x + 2]);
  } else {
    NAME(sum_rows)(luma, stride, factor, columns, factor * count);
    for (size_t x = 0; x < count; x++) {
      uint16_t sum = 0;
      for (size_t i = 0; i < factor; i++) sum = (uint16_t)(sum + columns[factor * x + i]);
      sums[x] = sum;
    }
  }
}

static void NAME(shrink)(const uint8_t *luma, ptrdiff_t stride, size_t factor, const ck_levels *levels, uint8_t *small,
                         size_t width, size_t height, uint16_t *scratch) {
  const uint16_t shift = levels->shift, gain = levels->gain, black = levels->black;
  for (size_t y = 0; y < height; y++) {
    NAME(sum_squares)(luma, (size_t)stride, factor, scratch, width, scratch + width);
    luma += stride * (ptrdiff_t)factor;
    for (size_t x = 0; x < width; x++) {
      const uint16_t scaled = (uint16_t)(((uint32_t)(uint16_t)(scratch[x] << shift) * gain >> 16) + 32);
      const uint16_t level = (uint16_t)((scaled > black ? scaled - black : 0) >> 6);
      small[y * width + x] = (uint8_t)(level < 255 ? level : 255);
    }
  }
}
