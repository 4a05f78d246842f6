// The loops of halves.c, included once for each kind of machine. Counts are fixed and sums narrow, so that the compiler
// makes vectors of them: a product of two samples is under 2^20.04, and CK_HALF_SAMPLES of them fit 31 bits.

static void NAME(cover)(const uint8_t *const a[3], const uint8_t *const b[3], uint8_t edge, uint8_t dark,
                        uint32_t *changed, uint32_t *live) {
  uint32_t different = 0, some = 0;
  for (size_t y = 0; y < CK_SMALL_HEIGHT; y++) {
    uint8_t row_different = 0, row_some = 0;
    for (size_t i = y * CK_SMALL_WIDTH; i < (y + 1) * CK_SMALL_WIDTH; i++) {
      uint16_t difference = 0;
      for (size_t k = 0; k < 3; k++) difference += a[k][i] > b[k][i] ? a[k][i] - b[k][i] : b[k][i] - a[k][i];
      const uint8_t is_changed = difference > edge;
      row_different += is_changed;
      row_some += is_changed | (a[0][i] > dark) | (b[0][i] > dark);
    }
    different += row_different;
    some += row_some;
  }
  *changed = different;
  *live = some;
}

static uint32_t NAME(half_distance)(const int16_t *a, const int16_t *b) {
  uint32_t sums[3] = {0, 0, 0};
  for (size_t k = 0; k < 3; k++, a += CK_HALF_SAMPLES, b += CK_HALF_SAMPLES)
    for (size_t i = 0; i < CK_HALF_SAMPLES; i++) sums[k] += (uint32_t)abs(a[i] - b[i]);
  return 2 * sums[0] + sums[1] + sums[2];
}

static int64_t NAME(mix_axis)(const int16_t *from, const int16_t *to, int16_t *restrict axis) {
  int64_t total = 0;
  for (size_t k = 0; k < 3; k++, from += CK_HALF_SAMPLES, to += CK_HALF_SAMPLES, axis += CK_HALF_SAMPLES) {
    int32_t sum = 0;
    for (size_t i = 0; i < CK_HALF_SAMPLES; i++) {
      const int16_t step = (int16_t)(to[i] - from[i]);
      axis[i] = step;
      sum += (int32_t)step * step;
    }
    total += k == 0 ? 2 * (int64_t)sum : sum;
  }
  return total;
}

static int64_t NAME(mix_share)(const int16_t *picture, const int16_t *from, const int16_t *axis) {
  int64_t total = 0;
  for (size_t k = 0; k < 3; k++, picture += CK_HALF_SAMPLES, from += CK_HALF_SAMPLES, axis += CK_HALF_SAMPLES) {
    int32_t sum = 0;
    for (size_t i = 0; i < CK_HALF_SAMPLES; i++) sum += (int32_t)(int16_t)(picture[i] - from[i]) * axis[i];
    total += k == 0 ? 2 * (int64_t)sum : sum;
  }
  return total;
}

static uint32_t NAME(mix_residual)(const int16_t *picture, const int16_t *from, const int16_t *axis, int16_t factor) {
  uint32_t total = 0;
  for (size_t k = 0; k < 3; k++, picture += CK_HALF_SAMPLES, from += CK_HALF_SAMPLES, axis += CK_HALF_SAMPLES) {
    uint32_t sum = 0;
    for (size_t i = 0; i < CK_HALF_SAMPLES; i++) {
      const int32_t off = (picture[i] - from[i]) * 256 - (int32_t)factor * axis[i];
      sum += (uint32_t)abs(off) >> 4;
    }
    total += k == 0 ? 2 * sum : sum;
  }
  return total;
}

static uint32_t NAME(half_differences)(const int16_t *a, const int16_t *b, int16_t edge,
                                       int16_t *restrict difference) {
  uint16_t count = 0;
  for (size_t i = 0; i < CK_HALF_SAMPLES; i++) {
    const size_t blue = i + CK_HALF_SAMPLES, red = blue + CK_HALF_SAMPLES;
    const int16_t sum = (int16_t)(2 * abs(a[i] - b[i]) + abs(a[blue] - b[blue]) + abs(a[red] - b[red]));
    difference[i] = sum;
    count += sum > edge;
  }
  return count;
}
