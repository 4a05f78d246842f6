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

#undef vector
#undef AT
#undef PUT
#undef LESSER
#undef LARGER
#undef STEPS
