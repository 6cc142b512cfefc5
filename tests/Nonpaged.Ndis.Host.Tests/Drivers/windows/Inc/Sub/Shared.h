/* Written as for Windows: the case of names does not matter, and \ separates folders. */
#ifndef SHARED_H
#define SHARED_H

typedef unsigned long u32;
typedef long s32;
typedef unsigned __int64 u64;

/* Of a length that a card knows. */
#include <PshPack1.h>
typedef struct _DESCRIPTOR {
    u32 Address;
    long int Length;
    u64 Next;
    UCHAR Flags : 3;
    ULONG Tag : 5;
} DESCRIPTOR;
#include <PopPack.h>

C_ASSERT(sizeof(u32) == 4 && sizeof(s32) == 4 && sizeof(unsigned long int) == 4 && sizeof 1UL == 4 && sizeof 1L == 4);
C_ASSERT(sizeof(u64) == 8 && sizeof(long long) == 8 && sizeof 1i64 == 8 && sizeof(0x1ui64) == 8);
C_ASSERT(sizeof(ULONG_PTR) == 8 && sizeof(SIZE_T) == 8 && sizeof(size_t) == 8);
/* Bit-fields of different types do not share a unit (Microsoft's layout). */
C_ASSERT(sizeof(DESCRIPTOR) == 21);
/* What int cannot hold is unsigned to Microsoft's compiler. */
C_ASSERT(-2147483648 > 0);

#endif
