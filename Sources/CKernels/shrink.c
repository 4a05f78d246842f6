#include "CKernels.h"

#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LOOPS "shrink_loops.h"
#include "each_machine.h"

void ck_shrink(const uint8_t *luma, ck_boxes boxes, ck_levels levels, uint8_t *small, size_t width, size_t height,
               uint16_t *scratch) {
  CALL(shrink, luma, &boxes, &levels, small, width, height, scratch);
}
