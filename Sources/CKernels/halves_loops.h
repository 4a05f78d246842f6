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

// The least and the largest value of a plane within CK_FOLLOW_REACH samples of each; beyond its edges it goes on as at them.
static void NAME(half_nearby)(const int16_t *plane, int16_t *restrict low, int16_t *restrict high) {
  enum { WIDTH = CK_SMALL_WIDTH / 2, HEIGHT = CK_SMALL_HEIGHT / 2, REACH = CK_FOLLOW_REACH };
  int16_t lows[HEIGHT + 2 * REACH][WIDTH], highs[HEIGHT + 2 * REACH][WIDTH];
  for (size_t y = 0; y < HEIGHT + 2 * REACH; y++) {
    const size_t row = y < REACH ? 0 : y < HEIGHT + REACH ? y - REACH : HEIGHT - 1;
    int16_t wide[WIDTH + 2 * REACH];
    for (size_t x = 0; x < REACH; x++) {
      wide[x] = plane[row * WIDTH];
      wide[WIDTH + REACH + x] = plane[row * WIDTH + WIDTH - 1];
    }
    for (size_t x = 0; x < WIDTH; x++) wide[REACH + x] = plane[row * WIDTH + x];
    for (size_t x = 0; x < WIDTH; x++) {
      int16_t least = wide[x], most = wide[x];
      for (size_t k = 1; k <= 2 * REACH; k++) {
        least = wide[x + k] < least ? wide[x + k] : least;
        most = wide[x + k] > most ? wide[x + k] : most;
      }
      lows[y][x] = least;
      highs[y][x] = most;
    }
  }
  for (size_t y = 0; y < HEIGHT; y++)
    for (size_t x = 0; x < WIDTH; x++) {
      int16_t least = lows[y][x], most = highs[y][x];
      for (size_t k = 1; k <= 2 * REACH; k++) {
        least = lows[y + k][x] < least ? lows[y + k][x] : least;
        most = highs[y + k][x] > most ? highs[y + k][x] : most;
      }
      low[y * WIDTH + x] = least;
      high[y * WIDTH + x] = most;
    }
}

static void NAME(half_unfollowed)(const int16_t *a, const int16_t *b, int16_t *restrict difference) {
  int16_t back[CK_HALF_SAMPLES] = {0};
  for (size_t i = 0; i < CK_HALF_SAMPLES; i++) difference[i] = 0;
  for (size_t k = 0; k < 3; k++, a += CK_HALF_SAMPLES, b += CK_HALF_SAMPLES) {
    int16_t low[CK_HALF_SAMPLES], high[CK_HALF_SAMPLES], other_low[CK_HALF_SAMPLES], other_high[CK_HALF_SAMPLES];
    NAME(half_nearby)(a, low, high);
    NAME(half_nearby)(b, other_low, other_high);
    const int16_t weight = k == 0 ? 2 : 1;
    for (size_t i = 0; i < CK_HALF_SAMPLES; i++) {
      const int16_t below = (int16_t)(low[i] - b[i]), above = (int16_t)(b[i] - high[i]);
      const int16_t off = below > above ? below : above;
      difference[i] = (int16_t)(difference[i] + weight * (off > 0 ? off : 0));
      const int16_t other_below = (int16_t)(other_low[i] - a[i]), other_above = (int16_t)(a[i] - other_high[i]);
      const int16_t other_off = other_below > other_above ? other_below : other_above;
      back[i] = (int16_t)(back[i] + weight * (other_off > 0 ? other_off : 0));
    }
  }
  for (size_t i = 0; i < CK_HALF_SAMPLES; i++) difference[i] = difference[i] > back[i] ? difference[i] : back[i];
}
