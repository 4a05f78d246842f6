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

// One row of edges: by how much the value after exceeds the one before, and the other way round.
static inline void NAME(edge_row)(const uint8_t *luma, uint8_t *rising, uint8_t *falling, size_t width) {
  STEPS(x, width - 2) {
    const vector before = AT(luma + x), after = AT(luma + x + 2), most = LARGER(before, after);
    PUT(rising + x + 1, most - before);
    PUT(falling + x + 1, most - after);
  }
}

static inline void NAME(widen_row)(const uint8_t *row, uint8_t *wide, size_t width) {
  STEPS(x, width - 2) { PUT(wide + x + 1, LARGER(AT(row + x + 1), LARGER(AT(row + x), AT(row + x + 2)))); }
  wide[0] = row[0] > row[1] ? row[0] : row[1];
  wide[width - 1] = row[width - 1] > row[width - 2] ? row[width - 1] : row[width - 2];
}

static inline void NAME(largest_of_three)(const uint8_t *rows, uint8_t *target, size_t width) {
  STEPS(x, width) { PUT(target + x, LARGER(AT(rows + x), LARGER(AT(rows + width + x), AT(rows + 2 * width + x)))); }
}

// Rows go through a ring of three, so that each is widened along the line once and read back from the nearest cache.
static void NAME(edges)(const uint8_t *luma, size_t width, size_t height, uint8_t *rising, uint8_t *falling,
                        uint8_t *wide_rising, uint8_t *wide_falling, uint8_t *scratch) {
  uint8_t *ups = scratch, *downs = scratch + 3 * width;
  memset(scratch, 0, 6 * width);
  for (size_t y = 0; y <= height; y++) {
    uint8_t *up = ups + y % 3 * width, *down = downs + y % 3 * width;
    if (y > 0 && y + 1 < height) {
      NAME(edge_row)(luma + y * width, rising + y * width, falling + y * width, width);
      NAME(widen_row)(rising + y * width, up, width);
      NAME(widen_row)(falling + y * width, down, width);
    } else {
      memset(up, 0, width);
      memset(down, 0, width);
    }
    if (y == 0) continue;
    NAME(largest_of_three)(ups, wide_rising + (y - 1) * width, width);
    NAME(largest_of_three)(downs, wide_falling + (y - 1) * width, width);
  }
}

static void NAME(widen)(const uint8_t *source, size_t width, size_t height, uint8_t *target, uint8_t *scratch) {
  memset(scratch, 0, 3 * width);
  for (size_t y = 0; y <= height; y++) {
    uint8_t *row = scratch + y % 3 * width;
    if (y < height)
      NAME(widen_row)(source + y * width, row, width);
    else
      memset(row, 0, width);
    if (y > 0) NAME(largest_of_three)(scratch, target + (y - 1) * width, width);
  }
}

static void NAME(least)(const uint8_t *const *planes, size_t number, const uint8_t *without, uint8_t edge,
                        uint8_t *target, size_t count) {
  STEPS(x, count) {
    vector value = AT(planes[0] + x);
    if (number > 1) value = LESSER(value, AT(planes[1] + x));
    value &= (vector)(value > edge);
    if (__builtin_reduce_or(value) != 0) {
      for (size_t k = 2; k < number; k++) value = LESSER(value, AT(planes[k] + x));
      value &= (vector)(value > edge);
      if (without) value &= ~AT(without + x);
    }
    PUT(target + x, value);
  }
}

// What is above the edge counts 1.
static inline vector NAME(ones)(const uint8_t *values, uint8_t edge) { return (vector)(AT(values) > edge) & 1; }

// The columns of a window five rows high, moved down by a row; tells whether any is left.
static inline int NAME(move_columns)(const uint8_t *columns, uint8_t *moved, const uint8_t *entering,
                                     const uint8_t *leaving, uint8_t edge, size_t width) {
  vector any = (vector){};
  STEPS(x, width) {
    vector column = AT(columns + x);
    if (entering) column += NAME(ones)(entering + x, edge);
    if (leaving) column -= NAME(ones)(leaving + x, edge);
    PUT(moved + x, column);
    any |= column;
  }
  return __builtin_reduce_or(any) != 0;
}

// Sums of 25 = 16 + 8 + 1 neighbours, the powers of two by doubling.
static inline void NAME(sum_windows)(const uint8_t *columns, uint8_t *twos, uint8_t *fours, uint8_t *eights,
                                     uint8_t *all, size_t width) {
  STEPS(x, width + 22) { PUT(twos + x, AT(columns + x) + AT(columns + x + 1)); }
  STEPS(x, width + 20) { PUT(fours + x, AT(twos + x) + AT(twos + x + 2)); }
  STEPS(x, width + 16) { PUT(eights + x, AT(fours + x) + AT(fours + x + 4)); }
  STEPS(x, width) { PUT(all + x, AT(eights + x) + AT(eights + x + 8) + AT(eights + x + 16) + AT(columns + x + 24)); }
}

static void NAME(dense)(const uint8_t *rising, const uint8_t *falling, size_t width, size_t height, uint8_t edge,
                        uint8_t needed, uint8_t *mask, uint8_t *rows, uint8_t *scratch) {
  const size_t room = width + CK_DENSE_WIDTH, reach = CK_DENSE_HEIGHT / 2, side = CK_DENSE_WIDTH / 2;
  // Columns before and after a step, for both planes, with the window's reach on both sides.
  uint8_t *up[2] = {scratch, scratch + room}, *down[2] = {scratch + 2 * room, scratch + 3 * room};
  uint8_t *twos = scratch + 4 * room, *fours = scratch + 5 * room, *eights = scratch + 6 * room;
  uint8_t *ups = scratch + 7 * room, *downs = scratch + 8 * room;
  memset(scratch, 0, 4 * room);
  for (size_t y = 0; y < height + reach; y++) {
    const int entering = y < height, leaving = y >= CK_DENSE_HEIGHT;
    const size_t in = y * width, out = leaving ? (y - CK_DENSE_HEIGHT) * width : 0, now = y & 1;
    const int some = NAME(move_columns)(up[1 - now] + side, up[now] + side, entering ? rising + in : NULL,
                                        leaving ? rising + out : NULL, edge, width);
    const int others = NAME(move_columns)(down[1 - now] + side, down[now] + side, entering ? falling + in : NULL,
                                          leaving ? falling + out : NULL, edge, width);
    if (y < reach) continue;
    uint8_t *to = mask + (y - reach) * width;
    rows[y - reach] = 0;
    if (!some || !others) continue;
    NAME(sum_windows)(up[now], twos, fours, eights, ups, width);
    NAME(sum_windows)(down[now], twos, fours, eights, downs, width);
    vector any = (vector){};
    STEPS(x, width) {
      const vector dense = (vector)(LESSER(AT(ups + x), AT(downs + x)) >= needed);
      PUT(to + x, dense);
      any |= dense;
    }
    rows[y - reach] = __builtin_reduce_or(any);
  }
}

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

static void NAME(keep_least_of_rows)(uint8_t *values, const uint8_t *other, size_t width, size_t count) {
  size_t i = 0;
  for (; i + VECTOR <= count; i += VECTOR) {
    const uint8_t *at = other + i;
    PUT(values + i, LESSER(AT(values + i), LARGER(AT(at), LARGER(AT(at - width), AT(at + width)))));
  }
  for (; i < count; i++) {
    uint8_t most = other[i];
    if (other[i - width] > most) most = other[i - width];
    if (other[i + width] > most) most = other[i + width];
    if (most < values[i]) values[i] = most;
  }
}

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

// Sums of bytes: neighbours are added as halves of 16-bit words, of which 128 hold no more than 65535.
static uint32_t NAME(sum)(const uint8_t *bytes, size_t count) {
  typedef uint16_t words __attribute__((vector_size(VECTOR), aligned(1), may_alias));
  uint32_t sum = 0;
  size_t i = 0;
  while (i + VECTOR <= count) {
    words some = (words){};
    for (size_t k = 0; k < 128 && i + VECTOR <= count; k++, i += VECTOR) {
      const words pairs = *(const words *)(bytes + i);
      some += (pairs & 255) + (pairs >> 8);
    }
    for (size_t lane = 0; lane < VECTOR / 2; lane++) sum += some[lane];
  }
  for (; i < count; i++) sum += bytes[i];
  return sum;
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

static void NAME(sight)(const uint8_t *after, const uint8_t *before, size_t count, size_t reach, ptrdiff_t offset,
                        const ck_run *runs, size_t number, const int16_t *weights, int64_t *products, int64_t *square) {
  // A lane grows by at most 2 × 255² a step, and a run has at most 2^16 / LANES of them.
  const size_t most = INT32_MAX / (2 * 255 * 255) - UINT16_MAX / LANES - 1;
  NAME(sums) product = {}, energy = {};
  size_t steps = 0;
  for (size_t k = 0; k < number; k++) {
    const size_t padded = ((size_t)runs[k].count + CK_RUN_STEP - 1) / CK_RUN_STEP * CK_RUN_STEP;
    const ptrdiff_t base = (ptrdiff_t)runs[k].first + offset;
    for (size_t x = 0; x < padded; x += LANES, weights += LANES) {
      const ptrdiff_t at = base + (ptrdiff_t)x;
      if (at >= (ptrdiff_t)reach && at + LANES + (ptrdiff_t)reach <= (ptrdiff_t)count) {
        const NAME(words) weight = *(const NAME(words) *)weights;
        const NAME(words) step = (__builtin_convertvector(*(const NAME(half) *)(after + at + reach), NAME(words)) -
                                  __builtin_convertvector(*(const NAME(half) *)(before + at - reach), NAME(words))) &
                                 (NAME(words))(weight != 0);
        product += NAME(products)(step, weight);
        energy += NAME(products)(step, step);
        steps++;
        continue;
      }
      for (size_t i = 0; i < LANES; i++) {
        if (weights[i] == 0) continue;
        const ptrdiff_t last = (ptrdiff_t)count - 1, next = at + (ptrdiff_t)(i + reach), previous = at + (ptrdiff_t)i - (ptrdiff_t)reach;
        const int step = after[next < last ? next : last] - before[previous > 0 ? previous : 0];
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
