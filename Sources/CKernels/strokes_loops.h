// The loops of strokes.c, included once for each kind of machine: NAME tells them apart, VECTOR is the number of bytes in a vector.

typedef uint8_t NAME(vector) __attribute__((vector_size(VECTOR), aligned(1), may_alias));
#define vector NAME(vector)
#define AT(bytes) (*(const vector *)(bytes))
#define PUT(bytes, value) (*(vector *)(bytes) = (value))
#define LESSER(a, b) __builtin_elementwise_min(a, b)
#define LARGER(a, b) __builtin_elementwise_max(a, b)

// Steps over a row of at least VECTOR bytes; the last one goes back to end with the row, so that no bytes are left over.
// What is written must not depend on what stood there.
#define STEPS(x, count)                                                                                                \
  for (size_t x = 0; x < (count); x += VECTOR)                                                                          \
    if ((x = x + VECTOR > (count) ? (count)-VECTOR : x), 1)

// A bit for each byte of a vector, which are 0 or 255.
static inline uint32_t NAME(bits)(vector is) {
#if VECTOR == 32
  return (uint32_t)_mm256_movemask_epi8((__m256i)is);
#elif defined(__SSE2__)
  return (uint32_t)_mm_movemask_epi8((__m128i)is);
#else
  uint32_t bits = 0;
  for (size_t i = 0; i < VECTOR; i++) bits |= (uint32_t)(is[i] & 1) << i;
  return bits;
#endif
}

// Where a value exceeds the one before, and the other way round, by no less than `least`.
static inline void NAME(step_bits)(const uint8_t *luma, uint8_t least, uint64_t *rises, uint64_t *falls) {
  const vector before = AT(luma - 1), after = AT(luma + 1);
  *rises = NAME(bits)((vector)(__builtin_elementwise_sub_sat(after, before) >= least));
  *falls = NAME(bits)((vector)(__builtin_elementwise_sub_sat(before, after) >= least));
}

static inline void NAME(stroke_row)(const uint8_t *luma, uint8_t least, uint64_t *rises, uint64_t *falls, size_t width) {
  size_t x = 0;
  uint64_t up, down;
  for (; x + 64 <= width; x += 64) {
    uint64_t ups = 0, downs = 0;
    for (size_t k = 0; k < 64; k += VECTOR) {
      NAME(step_bits)(luma + x + k, least, &up, &down);
      ups |= up << k;
      downs |= down << k;
    }
    rises[x / 64] = ups;
    falls[x / 64] = downs;
  }
  if (x < width) rises[x / 64] = falls[x / 64] = 0;
  for (size_t k = 0; x + k < width; k += VECTOR) {
    // The last vector goes back to end with the row.
    const size_t at = x + k + VECTOR > width ? width - VECTOR : x + k, back = x + k - at;
    NAME(step_bits)(luma + at, least, &up, &down);
    rises[x / 64] |= up >> back << k;
    falls[x / 64] |= down >> back << k;
  }
  // The outermost pixels have none.
  const size_t last = width - 1;
  rises[0] &= ~(uint64_t)1;
  falls[0] &= ~(uint64_t)1;
  rises[last / 64] &= ~((uint64_t)1 << last % 64);
  falls[last / 64] &= ~((uint64_t)1 << last % 64);
}

// One row after the other; those at the top and at the bottom have none.
static void NAME(stroke_bits)(const uint8_t *luma, size_t width, size_t height, uint8_t limit, uint64_t *rises, uint64_t *falls) {
  const size_t words = ck_words(width);
  for (size_t y = 1; y + 1 < height; y++)
    NAME(stroke_row)(luma + y * width, (uint8_t)(limit + 1), rises + y * words, falls + y * words, width);
}

static void NAME(bits_above)(const uint8_t *values, size_t width, size_t height, uint8_t limit, uint64_t *words) {
  for (size_t y = 0; y < height; y++, values += width) {
    size_t x = 0;
    for (; x + 64 <= width; x += 64) {
      uint64_t word = 0;
      for (size_t k = 0; k < 64; k += VECTOR) word |= (uint64_t)NAME(bits)((vector)(AT(values + x + k) > limit)) << k;
      *words++ = word;
    }
    if (x == width) continue;
    // The last vector goes back to end with the row.
    uint64_t word = 0;
    for (size_t k = 0; x + k < width; k += VECTOR) {
      const size_t at = x + k + VECTOR > width ? width - VECTOR : x + k;
      word |= (uint64_t)NAME(bits)((vector)(AT(values + at) > limit)) >> (x + k - at) << k;
    }
    *words++ = word;
  }
}

static inline uint64_t NAME(three_rows)(const uint64_t *word, size_t row) { return word[0] | word[-row] | word[row]; }

static void NAME(widen_bits)(const uint64_t *words, size_t row, size_t number, uint64_t *target, uint64_t *along) {
  for (size_t i = 0; i < number; i++)
    along[i] = words[i] | words[i] << 1 | words[i - 1] >> 63 | words[i] >> 1 | words[i + 1] << 63;
  for (size_t i = 0; i < number; i++) target[i] = NAME(three_rows)(along + i, row);
}

static void NAME(common_bits)(const uint64_t *const *planes, size_t count, const uint64_t *without, uint64_t *target,
                              size_t number) {
  size_t i = 0;
  for (; i + VECTOR / 4 <= number; i += VECTOR / 4) {
    vector common = AT(planes[0] + i) & ~AT(without + i), next = AT(planes[0] + i + VECTOR / 8) & ~AT(without + i + VECTOR / 8);
    for (size_t k = 1; k < count; k++) {
      common &= AT(planes[k] + i);
      next &= AT(planes[k] + i + VECTOR / 8);
    }
    PUT(target + i, common);
    PUT(target + i + VECTOR / 8, next);
  }
  for (; i < number; i++) {
    target[i] = planes[0][i] & ~without[i];
    for (size_t k = 1; k < count; k++) target[i] &= planes[k][i];
  }
}

static void NAME(keep_bits_of_rows)(uint64_t *words, const uint64_t *others, size_t row, size_t number) {
  for (size_t i = 0; i < number; i++) words[i] &= NAME(three_rows)(others + i, row);
}

// A byte for each bit of a vector's number of bits: 255 where it is set.
static inline vector NAME(spread)(uint64_t bits) {
#if VECTOR == 32
#define BYTES(a, b, c, d) a, a, a, a, a, a, a, a, b, b, b, b, b, b, b, b, c, c, c, c, c, c, c, c, d, d, d, d, d, d, d, d
  const vector all = (vector)_mm256_set1_epi32((int32_t)bits);
  const vector places = (vector)_mm256_set1_epi64x((int64_t)0x8040201008040201);
  return (vector)((__builtin_shufflevector(all, all, BYTES(0, 1, 18, 19)) & places) == places);
#undef BYTES
#else
  typedef uint64_t eights __attribute__((vector_size(VECTOR)));
  const vector all = (vector)((eights){bits & 255, bits >> 8 & 255} * 0x0101010101010101);
  const vector places = (vector)(eights){0x8040201008040201, 0x8040201008040201};
  return (vector)((all & places) == places);
#endif
}

// What the windows of dense hold of one plane. Tiles are 32 pixels of five rows: where two side by side hold too little, so do the
// windows within them, of which no more is reckoned.
#define TILE 32
typedef struct {
  const uint64_t *bits;
  // How many bits are in each 32 pixels of each row, which begins and ends with a 0.
  uint8_t *counts;
  // Sums of five rows, and of five of those side by side; the first pixel is a tile after the first of these.
  uint8_t *columns, *fives;
} NAME(windows);

// Bytes of the counts of a row.
static inline size_t NAME(counts_of_row)(size_t row) { return (2 * row + 2 + VECTOR - 1) / VECTOR * VECTOR; }

static inline void NAME(count_tiles)(const NAME(windows) *windows, size_t row, size_t height) {
  const size_t stride = NAME(counts_of_row)(row);
  for (size_t y = 0; y < height; y++) {
    uint8_t *count = windows->counts + y * stride + 1;
    for (size_t i = 0; i < row; i++) {
      const uint64_t word = windows->bits[y * row + i];
      *count++ = (uint8_t)__builtin_popcount((uint32_t)word);
      *count++ = (uint8_t)__builtin_popcount((uint32_t)(word >> TILE));
    }
  }
}

// Whether any windows of a row may be dense. A window is narrower than a tile: it lies within two of them, which must hold enough of
// both planes. Notes it in `may` for each tile together with the one before it.
static inline int NAME(may_be_dense)(const NAME(windows) *windows, size_t first, size_t past, size_t row, uint8_t needed, uint8_t *may) {
  const size_t stride = NAME(counts_of_row)(row);
  vector any = (vector){};
  for (size_t t = 0; t < stride; t += VECTOR) {
    vector least = (vector){} + (uint8_t)255;
    for (size_t s = 0; s < 2; s++) {
      vector tiles = (vector){}, next = (vector){};
      for (size_t y = first; y < past; y++) {
        const uint8_t *counts = windows[s].counts + y * stride + t;
        tiles += AT(counts);
        next += AT(counts + 1);
      }
      least = LESSER(least, __builtin_elementwise_add_sat(tiles, next));
    }
    const vector enough = (vector)(least >= needed);
    PUT(may + t, enough);
    any |= enough;
  }
  return __builtin_reduce_or(any) != 0;
}

// The sums of some rows that windows from column `begin` to `end` need.
static inline void NAME(sum_fives)(const NAME(windows) *windows, size_t first, size_t past, size_t row, size_t begin, size_t end) {
  const size_t side = CK_DENSE_WIDTH / 2;
  const size_t from = begin < side ? 0 : (begin - side) / TILE * TILE, to = end + side < 64 * row ? end + side : 64 * row;
  for (size_t x = from; x < to; x += VECTOR) {
    vector sum = (vector){};
    for (size_t y = first; y < past; y++) sum -= NAME(spread)(windows->bits[y * row + x / 64] >> x % 64);
    PUT(windows->columns + TILE + x, sum);
  }
  for (size_t x = begin; x < end + CK_DENSE_WIDTH - 5; x += VECTOR) {
    const uint8_t *at = windows->columns + TILE - side + x;
    PUT(windows->fives + x, AT(at) + AT(at + 1) + AT(at + 2) + AT(at + 3) + AT(at + 4));
  }
}

static inline vector NAME(window)(const uint8_t *fives) {
  return AT(fives) + AT(fives + 5) + AT(fives + 10) + AT(fives + 15) + AT(fives + 20);
}

// Whether CK_DENSE_RUN pixels side by side are dense; a word of 0 follows the last.
static inline int NAME(has_run)(const uint8_t *mask, size_t width, uint64_t *words) {
  NAME(bits_above)(mask, width, 1, 0, words);
  for (size_t i = 0; i < ck_words(width); i++) {
    uint64_t all = words[i];
    for (size_t k = 1; k < CK_DENSE_RUN && all != 0; k++) all &= words[i] >> k | words[i + 1] << (64 - k);
    if (all != 0) return 1;
  }
  return 0;
}

// The windows of one row: whether enough of them are dense side by side.
static uint8_t NAME(dense_row)(NAME(windows) *windows, size_t y, size_t width, size_t height, uint8_t needed, uint8_t *mask,
                               uint64_t *words, uint8_t *may) {
  const size_t reach = CK_DENSE_HEIGHT / 2, first = y < reach ? 0 : y - reach, past = y + reach < height ? y + reach + 1 : height;
  const size_t tiles = (width + TILE - 1) / TILE, row = ck_words(width);
  if (!NAME(may_be_dense)(windows, first, past, row, needed, may)) return 0;
  vector any = (vector){};
  int isBlank = 1;
  for (size_t t = 0; t < tiles; t++) {
    if (!(may[t] | may[t + 1])) continue;
    const size_t run = t;
    while (t + 1 < tiles && may[t + 1] | may[t + 2]) t++;
    if (isBlank) memset(mask, 0, width);
    isBlank = 0;
    // The last vector goes back to end with the row.
    const size_t begin = run * TILE + VECTOR <= width ? run * TILE : width - VECTOR;
    const size_t end = (t + 1) * TILE < width ? (t + 1) * TILE : width;
    for (size_t s = 0; s < 2; s++) NAME(sum_fives)(&windows[s], first, past, row, begin, end);
    for (size_t x = begin; x < end; x += VECTOR) {
      if (x + VECTOR > end) x = end - VECTOR;
      const vector dense =
          (vector)(LESSER(NAME(window)(windows[0].fives + x), NAME(window)(windows[1].fives + x)) >= needed);
      PUT(mask + x, dense);
      any |= dense;
    }
  }
  return __builtin_reduce_or(any) != 0 && NAME(has_run)(mask, width, words) ? 255 : 0;
}

static void NAME(dense)(const uint64_t *rising, const uint64_t *falling, size_t width, size_t height, uint8_t needed,
                        uint8_t *mask, uint8_t *rows, uint8_t *scratch) {
  const uint64_t *bits[2] = {rising, falling};
  const size_t row = ck_words(width), room = 64 * row + 96, counts = NAME(counts_of_row)(row);
  uint64_t *words = (uint64_t *)scratch;
  memset(scratch, 0, ck_dense_scratch(width, height));
  scratch += (row + 1) * sizeof *words;
  uint8_t *may = scratch;
  scratch += counts;
  NAME(windows) windows[2];
  for (size_t s = 0; s < 2; s++) {
    windows[s] = (NAME(windows)){bits[s], scratch, scratch + (height + 1) * counts, scratch + (height + 1) * counts + room};
    scratch = windows[s].fives + room;
    NAME(count_tiles)(&windows[s], row, height);
  }
  // Of as many rows running as must be dense one is always looked at: those between two such matter only where one of these is.
  for (size_t y = 0; y < height; y += CK_DENSE_ROWS) rows[y] = NAME(dense_row)(windows, y, width, height, needed, mask + y * width, words, may);
  for (size_t y = 0; y < height; y++) {
    const size_t before = y / CK_DENSE_ROWS * CK_DENSE_ROWS, after = before + CK_DENSE_ROWS;
    if (y == before) continue;
    const int isBeside = rows[before] || (after < height && rows[after]);
    rows[y] = isBeside ? NAME(dense_row)(windows, y, width, height, needed, mask + y * width, words, may) : 0;
  }
}
#undef TILE

// Upwards, so that the other may lie ahead of the values in the same memory: it is read before it is overwritten.
static void NAME(keep_least)(uint8_t *values, const uint8_t *other, size_t count) {
  size_t i = 0;
  for (; i + VECTOR <= count; i += VECTOR) PUT(values + i, LESSER(AT(values + i), AT(other + i)));
  for (; i < count; i++) values[i] = other[i] < values[i] ? other[i] : values[i];
}

static void NAME(keep_largest)(uint8_t *values, const uint8_t *other, size_t count) {
  size_t i = 0;
  for (; i + VECTOR <= count; i += VECTOR) PUT(values + i, LARGER(AT(values + i), AT(other + i)));
  for (; i < count; i++) values[i] = other[i] > values[i] ? other[i] : values[i];
}

// Positions from a pixel to one of those round it, or itself, row after row.
#define TO_NEIGHBOUR(neighbour, row) (((neighbour) / 3 - 1) * (row) + (neighbour) % 3 - 1)

// The step at a position, those beyond an end of the plane counting as that end.
static inline int NAME(step)(const uint8_t *luma, size_t count, ptrdiff_t at) {
  const ptrdiff_t last = (ptrdiff_t)count - 1;
  return luma[at < -1 ? 0 : at + 1 < last ? at + 1 : last] - luma[at < 1 ? 0 : at - 1 < last ? at - 1 : last];
}

// The largest steps of a vector's pixels and those up to `reach` away from each.
static inline __attribute__((always_inline)) void NAME(largest_steps)(const uint8_t *luma, size_t width, size_t reach, vector *up, vector *down) {
  *up = *down = (vector){};
  for (const uint8_t *row = luma - reach * width; row <= luma + reach * width; row += width) {
    for (const uint8_t *at = row - reach; at <= row + reach; at++) {
      *up = LARGER(*up, __builtin_elementwise_sub_sat(AT(at + 1), AT(at - 1)));
      *down = LARGER(*down, __builtin_elementwise_sub_sat(AT(at - 1), AT(at + 1)));
    }
  }
}

// The same of one pixel of a plane, where a vector would reach beyond its ends.
static inline void NAME(largest_step)(const uint8_t *luma, size_t count, size_t pixel, size_t width, size_t reach, int *up, int *down) {
  *up = *down = 0;
  for (size_t o = 0; o < CK_NEIGHBOURS; o++) {
    const int step = NAME(step)(luma, count, (ptrdiff_t)pixel + (reach ? TO_NEIGHBOUR((ptrdiff_t)o, (ptrdiff_t)width) : 0));
    if (step > *up) *up = step;
    if (-step > *down) *down = -step;
  }
}

static void NAME(least_at)(const uint8_t *const *planes, size_t number, size_t width, size_t height, size_t reach, const int32_t *pixels,
                           size_t count, int16_t *steps) {
  // A vector of pixels is reckoned at once: those that are asked for lie side by side.
  const size_t margin = width + 2, last = width * height - VECTOR - margin;
  uint8_t ups[VECTOR], downs[VECTOR];
  size_t first = SIZE_MAX;
  for (size_t i = 0; i < count; i++) {
    const size_t pixel = (size_t)pixels[i];
    if (pixel < margin || last < margin || pixel >= last + VECTOR) {
      int up = 255, down = 255;
      for (size_t k = 0; k < number; k++) {
        int rise, fall;
        NAME(largest_step)(planes[k], width * height, pixel, width, k > 0 ? reach : 0, &rise, &fall);
        up = rise < up ? rise : up;
        down = fall < down ? fall : down;
      }
      steps[i] = (int16_t)(up - down);
      continue;
    }
    if (pixel < first || pixel >= first + VECTOR) {
      first = pixel < last ? pixel : last;
      vector up, down, rise, fall;
      NAME(largest_steps)(planes[0] + first, width, 0, &up, &down);
      for (size_t k = 1; k < number; k++) {
        if (reach)
          NAME(largest_steps)(planes[k] + first, width, 1, &rise, &fall);
        else
          NAME(largest_steps)(planes[k] + first, width, 0, &rise, &fall);
        up = LESSER(up, rise);
        down = LESSER(down, fall);
      }
      PUT(ups, up);
      PUT(downs, down);
    }
    steps[i] = (int16_t)(ups[pixel - first] - downs[pixel - first]);
  }
}

static size_t NAME(turns)(const uint8_t *values, size_t count, uint8_t limit, uint32_t *positions) {
  size_t found = 0, x = 0;
  uint64_t inside = 0;
  for (; x + VECTOR <= count; x += VECTOR) {
    const uint64_t bits = NAME(bits)((vector)(AT(values + x) > limit));
    uint64_t turns = (bits ^ (bits << 1 | inside)) & (((uint64_t)1 << VECTOR) - 1);
    for (; turns != 0; turns &= turns - 1) positions[found++] = (uint32_t)(x + (size_t)__builtin_ctzll(turns));
    inside = bits >> (VECTOR - 1);
  }
  for (; x < count; x++) {
    const uint64_t bit = values[x] > limit;
    if (bit != inside) positions[found++] = (uint32_t)x;
    inside = bit;
  }
  if (inside) positions[found++] = (uint32_t)count;
  return found;
}

static size_t NAME(count_exceeding)(const uint8_t *values, const uint8_t *others, uint8_t limit, size_t count) {
  size_t found = 0, i = 0;
  for (; i + VECTOR <= count; i += VECTOR) {
    // Where the other is larger nothing is left.
    const vector over = LARGER(AT(values + i), AT(others + i)) - AT(others + i);
    found += (size_t)__builtin_popcountll(NAME(bits)((vector)(over > limit)));
  }
  for (; i < count; i++) found += values[i] > others[i] && values[i] - others[i] > limit;
  return found;
}

// The sum of the differences of as many bytes of two rows.
static inline uint32_t NAME(difference)(const uint8_t *bytes, const uint8_t *others, size_t count) {
  typedef uint64_t eights __attribute__((vector_size(VECTOR), aligned(1), may_alias));
  eights some = (eights){};
  size_t i = 0;
  for (; i + VECTOR <= count; i += VECTOR) {
#if VECTOR == 32
    some += (eights)_mm256_sad_epu8(*(const __m256i_u *)(bytes + i), *(const __m256i_u *)(others + i));
#elif defined(__SSE2__)
    some += (eights)_mm_sad_epu8(*(const __m128i_u *)(bytes + i), *(const __m128i_u *)(others + i));
#else
    for (size_t k = 0; k < VECTOR; k++) some[k / 8] += (uint64_t)abs(bytes[i + k] - others[i + k]);
#endif
  }
  uint32_t sum = (uint32_t)__builtin_reduce_add(some);
  for (; i < count; i++) sum += (uint32_t)abs(bytes[i] - others[i]);
  return sum;
}

static void NAME(halves_of_rows)(const uint8_t *luma, size_t width, size_t height, float *left, float *right) {
  const size_t half = width / 2, last = width - 1;
  left[0] = right[0] = left[height - 1] = right[height - 1] = 0;
  for (size_t y = 1; y + 1 < height; y++) {
    const uint8_t *row = luma + y * width;
    // Whole vectors, with the outermost pixels, whose steps then are taken away.
    left[y] = (float)(NAME(difference)(row + 1, row - 1, half) - (uint32_t)abs(row[1] - row[-1]));
    right[y] = (float)(NAME(difference)(row + half + 1, row + half - 1, width - half) - (uint32_t)abs(row[last + 1] - row[last - 1]));
  }
}

// The same order of additions on every machine: 32 sums side by side, and of what is left, eight.
static double NAME(product)(const float *values, const float *others, size_t count) {
  typedef float eights __attribute__((vector_size(32), aligned(4), may_alias));
  eights sums[4] = {};
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    for (size_t k = 0; k < 4; k++) sums[k] += *(const eights *)(values + i + 8 * k) * *(const eights *)(others + i + 8 * k);
  }
  for (; i + 8 <= count; i += 8) sums[0] += *(const eights *)(values + i) * *(const eights *)(others + i);
  const eights all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  const eights halves = all + __builtin_shufflevector(all, all, 4, 5, 6, 7, 0, 1, 2, 3);
  double sum = ((double)halves[0] + halves[1]) + ((double)halves[2] + halves[3]);
  for (; i < count; i++) sum += (double)values[i] * others[i];
  return sum;
}

static void NAME(correlations)(ck_profile profile, ck_profile other, size_t count, ptrdiff_t first, size_t number,
                               size_t least, double *correlations) {
  for (size_t k = 0; k < number; k++) {
    const ptrdiff_t shift = first + (ptrdiff_t)k;
    const size_t apart = (size_t)(shift < 0 ? -shift : shift), here = shift < 0 ? apart : 0, there = shift < 0 ? 0 : apart;
    correlations[k] = -1;
    if (apart + least > count) continue;
    const size_t rows = count - apart;
    const double sum = profile.sums[here + rows] - profile.sums[here];
    const double square = profile.squares[here + rows] - profile.squares[here];
    const double other_sum = other.sums[there + rows] - other.sums[there];
    const double other_square = other.squares[there + rows] - other.squares[there];
    // All by the number of rows, without divisions.
    const double n = (double)rows;
    const double spread = (n * square - sum * sum) * (n * other_square - other_sum * other_sum);
    if (!(spread > 0)) continue;
    const double product = NAME(product)(profile.values + here, other.values + there, rows);
    correlations[k] = (n * product - sum * other_sum) / sqrt(spread);
  }
}

// 16-bit words in a vector, and the sums of their products in pairs.
#define LANES (VECTOR / 2)
typedef int16_t NAME(words) __attribute__((vector_size(VECTOR), aligned(1), may_alias));
typedef int32_t NAME(sums) __attribute__((vector_size(VECTOR)));
typedef uint8_t NAME(half) __attribute__((vector_size(LANES), aligned(1), may_alias));

static inline NAME(sums) NAME(products)(NAME(words) a, NAME(words) b) {
#if VECTOR == 32
  return (NAME(sums))_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (NAME(sums))_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
  NAME(sums) sums;
  for (size_t i = 0; i < LANES / 2; i++) sums[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
  return sums;
#endif
}

static inline int64_t NAME(total)(NAME(sums) sums) {
  int64_t total = 0;
  for (size_t i = 0; i < LANES / 2; i++) total += sums[i];
  return total;
}

// The steps of half a vector's pixels.
static inline NAME(words) NAME(steps)(const uint8_t *luma) {
  return __builtin_convertvector(*(const NAME(half) *)(luma + 1), NAME(words)) -
         __builtin_convertvector(*(const NAME(half) *)(luma - 1), NAME(words));
}

static void NAME(sight)(const uint8_t *luma, size_t count, ptrdiff_t offset, const ck_run *runs, size_t number, const int16_t *weights,
                        int64_t *products, int64_t *square) {
  // A lane grows by at most 2 × 255² a step, and a run has at most 2^16 / LANES of them.
  const size_t most = INT32_MAX / (2 * 255 * 255) - UINT16_MAX / LANES - 1;
  NAME(sums) product = {}, energy = {};
  size_t steps = 0;
  for (size_t k = 0; k < number; k++) {
    const size_t padded = ((size_t)runs[k].count + CK_RUN_STEP - 1) / CK_RUN_STEP * CK_RUN_STEP;
    const ptrdiff_t base = (ptrdiff_t)runs[k].first + offset;
    for (size_t x = 0; x < padded; x += LANES, weights += LANES) {
      const ptrdiff_t at = base + (ptrdiff_t)x;
      if (at >= 1 && at + LANES + 1 <= (ptrdiff_t)count) {
        const NAME(words) weight = *(const NAME(words) *)weights;
        const NAME(words) step = NAME(steps)(luma + at) & (NAME(words))(weight != 0);
        product += NAME(products)(step, weight);
        energy += NAME(products)(step, step);
        steps++;
        continue;
      }
      for (size_t i = 0; i < LANES; i++) {
        if (weights[i] == 0) continue;
        const int step = NAME(step)(luma, count, at + (ptrdiff_t)i);
        products[runs[k].part] += step * weights[i];
        *square += step * step;
      }
    }
    if (k + 1 < number && runs[k + 1].part == runs[k].part && steps < most) continue;
    products[runs[k].part] += NAME(total)(product);
    *square += NAME(total)(energy);
    product = energy = (NAME(sums)){};
    steps = 0;
  }
}

static void NAME(sights)(const uint8_t *luma, size_t count, size_t width, const ck_run *runs, size_t number, const int16_t *weights,
                         int64_t *products) {
  const size_t most = INT32_MAX / (2 * 255 * 255) - UINT16_MAX / LANES - 1;
  const ptrdiff_t row = (ptrdiff_t)width, far = row + 2;
  NAME(sums) sums[CK_NEIGHBOURS] = {};
  size_t steps = 0;
  for (size_t k = 0; k < number; k++) {
    const size_t padded = ((size_t)runs[k].count + CK_RUN_STEP - 1) / CK_RUN_STEP * CK_RUN_STEP;
    int64_t *part = products + runs[k].part;
    for (size_t x = 0; x < padded; x += LANES, weights += LANES) {
      const ptrdiff_t at = (ptrdiff_t)(runs[k].first + x);
      if (at >= far && at + LANES + far <= (ptrdiff_t)count) {
        const NAME(words) weight = *(const NAME(words) *)weights;
#pragma clang loop unroll(full)
        for (ptrdiff_t o = 0; o < CK_NEIGHBOURS; o++)
          sums[o] += NAME(products)(NAME(steps)(luma + at + TO_NEIGHBOUR(o, row)), weight);
        steps++;
        continue;
      }
      for (ptrdiff_t i = 0; i < LANES; i++) {
        if (weights[i] == 0) continue;
        for (ptrdiff_t o = 0; o < CK_NEIGHBOURS; o++)
          part[o * CK_PARTS] += NAME(step)(luma, count, at + i + TO_NEIGHBOUR(o, row)) * weights[i];
      }
    }
    if (k + 1 < number && runs[k + 1].part == runs[k].part && steps < most) continue;
    for (size_t o = 0; o < CK_NEIGHBOURS; o++) {
      part[o * CK_PARTS] += NAME(total)(sums[o]);
      sums[o] = (NAME(sums)){};
    }
    steps = 0;
  }
}

static void NAME(slide)(const uint8_t *luma, size_t width, const ck_stroke *strokes, size_t number, ptrdiff_t first,
                        size_t count, int32_t *products) {
  memset(products, 0, count * sizeof *products);
  for (size_t k = 0; k < number; k++) {
    // Columns from the second to the last but one of its row.
    const ptrdiff_t x = strokes[k].x + first;
    const ptrdiff_t begin = x < 1 ? 1 : x, end = x + (ptrdiff_t)count < (ptrdiff_t)width ? x + (ptrdiff_t)count : (ptrdiff_t)width - 1;
    const uint8_t *row = luma + strokes[k].row;
    const int32_t weight = strokes[k].weight;
    for (ptrdiff_t at = begin; at < end; at++) products[at - x] += (row[at + 1] - row[at - 1]) * weight;
  }
}

#undef LANES
#undef vector
#undef AT
#undef PUT
#undef LESSER
#undef LARGER
#undef STEPS
#undef TO_NEIGHBOUR
