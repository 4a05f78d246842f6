#pragma once
#include <leptonica/allheaders.h>
#include <tesseract/capi.h>
// mallinfo2: what the engine keeps on the heap is told from outside.
#include <malloc.h>
#include <dlfcn.h>

// From here on OpenMP runs on the calling thread what it would share out from there; nothing where Tesseract is built without it. OMP_THREAD_LIMIT
// would do the same, but counts only when a program is started with it.
static inline void cr_stay_on_this_thread(void) {
  void *limit = dlsym(RTLD_DEFAULT, "omp_set_max_active_levels");
  if (limit) ((void (*)(int))limit)(0);
}
