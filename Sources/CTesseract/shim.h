#pragma once
#include <leptonica/allheaders.h>
#include <tesseract/capi.h>
// mallinfo2: what the engine keeps on the heap is told from outside.
#include <malloc.h>
