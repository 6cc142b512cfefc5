/*
 * Bits and bytes: what Microsoft's compiler has as intrinsics. Those that give a result through a pointer are macros
 * that assign, so that the pointer may be to an unsigned long or to an ULONG. They count in bits from the lowest, 0.
 */
#ifndef NONPAGED_NTBITS_H
#define NONPAGED_NTBITS_H

#include "ntdef.h"

/* 0 where no bit is set; the index is left alone then. */
#define NONPAGED_SCAN(index, mask, type, found) __extension__ ({ \
    type NonpagedMask = (type)(mask); \
    if (NonpagedMask != 0) *(index) = (ULONG)(found); \
    (UCHAR)(NonpagedMask != 0); })
#define _BitScanForward(index, mask) NONPAGED_SCAN(index, mask, ULONG, __builtin_ctz(NonpagedMask))
#define _BitScanReverse(index, mask) NONPAGED_SCAN(index, mask, ULONG, 31 - __builtin_clz(NonpagedMask))
#define _BitScanForward64(index, mask) NONPAGED_SCAN(index, mask, ULONGLONG, __builtin_ctzll(NonpagedMask))
#define _BitScanReverse64(index, mask) NONPAGED_SCAN(index, mask, ULONGLONG, 63 - __builtin_clzll(NonpagedMask))
#define BitScanForward _BitScanForward
#define BitScanReverse _BitScanReverse
#define BitScanForward64 _BitScanForward64
#define BitScanReverse64 _BitScanReverse64

/* The bit as it was. */
#define NONPAGED_BIT(base, bit, type, change) __extension__ ({ \
    volatile type *NonpagedWord = (volatile type *)(base) + ((LONGLONG)(bit) >> (sizeof(type) == 8 ? 6 : 5)); \
    type NonpagedBit = (type)1 << ((bit) & (LONGLONG)(sizeof(type) * 8 - 1)); \
    type NonpagedWas = (change); \
    (UCHAR)((NonpagedWas & NonpagedBit) != 0); })
#define NONPAGED_BIT_PLAIN(base, bit, type, result) NONPAGED_BIT(base, bit, type, (NonpagedWas = *NonpagedWord, *NonpagedWord = (result), NonpagedWas))
#define _bittest(base, bit) NONPAGED_BIT(base, bit, ULONG, *NonpagedWord)
#define _bittest64(base, bit) NONPAGED_BIT(base, bit, ULONGLONG, *NonpagedWord)
#define _bittestandset(base, bit) NONPAGED_BIT_PLAIN(base, bit, ULONG, NonpagedWas | NonpagedBit)
#define _bittestandreset(base, bit) NONPAGED_BIT_PLAIN(base, bit, ULONG, NonpagedWas & ~NonpagedBit)
#define _bittestandcomplement(base, bit) NONPAGED_BIT_PLAIN(base, bit, ULONG, NonpagedWas ^ NonpagedBit)
#define _interlockedbittestandset(base, bit) NONPAGED_BIT(base, bit, ULONG, __sync_fetch_and_or(NonpagedWord, NonpagedBit))
#define _interlockedbittestandreset(base, bit) NONPAGED_BIT(base, bit, ULONG, __sync_fetch_and_and(NonpagedWord, ~NonpagedBit))
#define BitTest _bittest
#define BitTestAndSet _bittestandset
#define BitTestAndReset _bittestandreset
#define BitTestAndComplement _bittestandcomplement
#define InterlockedBitTestAndSet _interlockedbittestandset
#define InterlockedBitTestAndReset _interlockedbittestandreset

#define _byteswap_ushort(value) __builtin_bswap16(value)
#define _byteswap_ulong(value) __builtin_bswap32(value)
#define _byteswap_uint64(value) __builtin_bswap64(value)
#define __popcnt(value) ((ULONG)__builtin_popcount((ULONG)(value)))
#define __popcnt64(value) ((ULONGLONG)__builtin_popcountll((ULONGLONG)(value)))
#define __lzcnt(value) NonpagedLeadingZeros(value)

NONPAGED_INLINE ULONG NonpagedLeadingZeros(ULONG Value) { return Value == 0 ? 32 : (ULONG)__builtin_clz(Value); }
NONPAGED_INLINE ULONG NonpagedRotateLeft(ULONG Value, INT Shift) { return Value << (Shift & 31) | Value >> (-Shift & 31); }
NONPAGED_INLINE ULONGLONG NonpagedRotateLeft64(ULONGLONG Value, INT Shift) { return Value << (Shift & 63) | Value >> (-Shift & 63); }
/* gcc's own header of intrinsics has some of these names. */
#undef _rotl
#undef _rotr
#undef _lrotl
#undef _lrotr
#define _rotl(value, shift) NonpagedRotateLeft((value), (shift))
#define _rotr(value, shift) NonpagedRotateLeft((value), -(shift))
#define _lrotl(value, shift) NonpagedRotateLeft((value), (shift))
#define _lrotr(value, shift) NonpagedRotateLeft((value), -(shift))
#define _rotl64(value, shift) NonpagedRotateLeft64((value), (shift))
#define _rotr64(value, shift) NonpagedRotateLeft64((value), -(shift))
#define RotateLeft32 _rotl
#define RotateRight32 _rotr
#define RotateLeft64 _rotl64
#define RotateRight64 _rotr64

#define _ReadBarrier() __asm__ __volatile__("" ::: "memory")
#define _WriteBarrier() __asm__ __volatile__("" ::: "memory")
#define __nop() __asm__ __volatile__("nop")
#define __debugbreak() DbgBreakPoint()
#if defined(__x86_64__)
#define ReadTimeStampCounter() ((ULONGLONG)__builtin_ia32_rdtsc())
#endif

#endif
